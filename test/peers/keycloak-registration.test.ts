import { setTimeout } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { federationSecret } from '../../local/demo/federation-secret.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { config as example } from '../../vestibule.config.ts';
import { startDocumentHost } from '../spec/support/document-host.ts';
import { type Answer, type Driver, drive } from '../spec/support/driver.ts';
import { deskAt, eventsSince, hosted, requestOf, signIn } from '../spec/support/people.ts';
import { putBootstrap } from '../spec/support/proxied-office.ts';
import { type Registering, registering } from '../spec/support/registering.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type Keycloak, startKeycloak } from './keycloak-company.ts';

const idp = 'company';
let deployment: TestDeployment;
let operator: Driver;
let clients: Registering;
let keycloak: Keycloak;
let token: string;
let keycloakPort: number;

beforeAll(async () => {
  const port = await freePortBlock();
  keycloakPort = port + 2;
  deployment = await startProxied(port, keycloakPort, { registration: { mode: 'initial_access_token' } });
  keycloak = await startKeycloak({
    port: keycloakPort,
    clientSecret: await federationSecret(deployment.run, idp),
    redirectUri: `${deployment.issuer}/callback/${idp}`,
  });
  operator = drive(deployment);
  clients = registering(operator);
  await putBootstrap(deployment, idp, await keycloak.initialAccessToken(5));
  const { body } = await operator.admin('POST', 'registration-tokens', {
    name: 'Team',
    expires_in: 2_592_000,
  });
  token = String(body['initial_access_token']);
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await deployment.stop();
});

function app(name: string): object {
  return { client_name: name, redirect_uris: [hosted], token_endpoint_auth_method: 'none' };
}

/** A grant of somebody who signs in with that client. */
function granted(client: Answer, user: string): Promise<Answer['body']> {
  return grantedAt(deployment, String(client.body['client_id']), user);
}

async function grantedAt(at: TestDeployment, clientId: string, user: string): Promise<Answer['body']> {
  const company = { ...at, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const told = await signIn(requestOf(company, { client_id: clientId }), { user });
  const { body } = await deskAt(drive(at)).redeem(told.get('code') ?? '', { client_id: clientId });
  return body;
}

/** A deployment of the company whose clients are clients of their own at that Keycloak. */
async function startProxied(
  port: number,
  keycloakPort: number,
  change: Pick<VestibuleConfig, 'registration' | 'clientMetadataDocuments'>,
): Promise<TestDeployment> {
  return startDeployment({
    port,
    config: {
      ...example,
      ...change,
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read', 'tools:write'] } }],
      identityProviders: [
        {
          ...{ id: idp, issuer: `http://localhost:${keycloakPort}/realms/company`, clientId: 'vestibule' },
          registration: { mode: 'proxied' },
        },
      ],
    },
  });
}

// First, while the clock of the run, which tests put forward, is that of Keycloak still.
test('tells a client of its own of those who sign out there, and what came of that session ends', async () => {
  const client = await clients.register(app('Told'), token);
  const clientId = String(client.body['client_id']);
  const [own] = await keycloak.registered();
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const browser = createBrowser();
  const told = await signIn(requestOf(company, { client_id: clientId }), { user: 'bob', browser });
  const desk = deskAt(operator);
  const { body } = await desk.redeem(told.get('code') ?? '', { client_id: clientId });
  // What begins in the second of a logout is over with it.
  await setTimeout(1_000);
  const logout = `${keycloak.issuer}/protocol/openid-connect/logout?client_id=${own?.id ?? ''}`;
  const asked = await browser.open(logout);
  if (asked.kind !== 'page') throw new Error(asked.url.href);
  const from = deployment.log.length;
  const [form] = asked.page.forms;
  if (form === undefined) throw new Error(asked.page.text);
  await browser.press(asked.page, form, form.buttons[0]);
  expect(eventsSince(deployment, from)).toContainEqual(
    expect.objectContaining({ event: 'signed_out_upstream', idp, of: 'session', grants: 1 }),
  );
  const refused = await desk.refresh(body['refresh_token'], { client_id: clientId });
  expect(refused.body['error_description']).toContain('signed out');
  const access = client.body['registration_access_token'];
  expect((await clients.manage('DELETE', client, access)).status).toBe(204);
  expect(await keycloak.registered()).toEqual([]);
});

test('makes each client one of its own, which its log of events tells apart', async () => {
  const [scribe, clerk] = [
    await clients.register(app('Scribe'), token),
    await clients.register(app('Clerk'), token),
  ];
  expect([scribe.status, clerk.status]).toEqual([201, 201]);
  const names = (await keycloak.registered()).map(({ name }) => name);
  expect(names.toSorted()).toEqual([
    `Clerk (${String(clerk.body['client_id'])})`,
    `Scribe (${String(scribe.body['client_id'])})`,
  ]);
  const idOf = async (name: string) =>
    (await keycloak.registered()).find((client) => client.name.startsWith(name))?.id;
  const [alice, again] = [await granted(scribe, 'alice'), await granted(clerk, 'alice')];
  expect((await keycloak.signInClients()).slice(0, 2)).toEqual([await idOf('Clerk'), await idOf('Scribe')]);
  // One person, whichever client she uses.
  expect(decodeJwt(String(again['access_token'])).sub).toBe(decodeJwt(String(alice['access_token'])).sub);

  // Asked a minute later whether she stands, it takes the refresh token from the client that it was issued to.
  deployment.run.clock.advance(61);
  const clientId = String(scribe.body['client_id']);
  const refreshed = await deskAt(operator).refresh(alice['refresh_token'], { client_id: clientId });
  expect(refreshed.status).toBe(200);
});

test('rotates registration access tokens: renamed twice, a client signs people in, and leaves by the last of them', async () => {
  const client = await clients.register(app('First'), token);
  const access = client.body['registration_access_token'];
  const clientId = String(client.body['client_id']);
  const before = (await keycloak.registered()).length;
  for (const name of ['Second', 'Third']) {
    const changed = await clients.manage('PUT', client, access, { ...app(name), client_id: clientId });
    expect(changed.status).toBe(200);
    expect((await keycloak.registered()).map(({ name: called }) => called)).toContain(
      `${name} (${clientId})`,
    );
  }
  expect((await granted(client, 'bob'))['access_token']).toBeTypeOf('string');
  expect((await clients.manage('DELETE', client, access)).status).toBe(204);
  expect(await keycloak.registered()).toHaveLength(before - 1);
});

test('removes what an operator removed, and refuses once its token is used up', async () => {
  const client = await clients.register(app('Fourth'), token);
  expect(client.status).toBe(201);
  const before = (await keycloak.registered()).length;
  await operator.admin('DELETE', `clients/${String(client.body['client_id'])}`);
  deployment.run.clock.advance(4_300);
  await deployment.run.runSchedules();
  expect(await keycloak.registered()).toHaveLength(before - 1);
  const from = deployment.log.length;
  const refused = await clients.register(app('Fifth'), token);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '60']);
  expect(await keycloak.registered()).toHaveLength(before - 1);
  const events = eventsSince(deployment, from);
  expect(events).toContainEqual(
    expect.objectContaining({
      ...{ event: 'client_registration_refused', idp, detail: 'it answered 401 invalid_token' },
      fix: expect.stringContaining('initial access token') as string,
    }),
  );
});

test('makes a client one of its own of which an operator approves, and one of a host that the config vouches for', async () => {
  const host = await startDocumentHost();
  const url = `${host.origin}/client.json`;
  host.served.set('/client.json', {
    body: { client_id: url, client_name: 'Published', redirect_uris: [hosted] },
  });
  const other = await startProxied(await freePortBlock(), keycloakPort, {
    registration: { mode: 'approval' },
    clientMetadataDocuments: { curated: [{ host: new URL(host.origin).host }] },
  });
  try {
    await putBootstrap(other, idp, await keycloak.initialAccessToken(2));
    const idOf = async (name: string) =>
      (await keycloak.registered()).find((client) => client.name.includes(name))?.id;
    const { body } = await registering(drive(other)).register(app('Approved'));
    const clientId = String(body['client_id']);
    expect(await idOf('Approved')).toBeUndefined();
    expect((await drive(other).admin('POST', `clients/${clientId}/enable`)).status).toBe(200);
    const [alice, again] = [await grantedAt(other, clientId, 'alice'), await grantedAt(other, url, 'alice')];
    expect((await keycloak.signInClients()).slice(0, 2)).toEqual([
      await idOf(`${new URL(url).host}: Published (doc_`),
      await idOf(`Approved (${clientId})`),
    ]);
    expect(decodeJwt(String(again['access_token'])).sub).toBe(decodeJwt(String(alice['access_token'])).sub);
    // Asked a minute later whether she stands, it takes the refresh token from the client that it was issued to.
    other.run.clock.advance(61);
    expect((await deskAt(drive(other)).refresh(again['refresh_token'], { client_id: url })).status).toBe(200);
    // A rename, and then a removal, each by the token that Keycloak gave last.
    host.served.set('/client.json', {
      body: { client_id: url, client_name: 'Renamed', redirect_uris: [hosted] },
    });
    other.run.clock.advance(3_700);
    await drive(other).get(
      `/authorize?${new URLSearchParams({ client_id: url, redirect_uri: hosted }).toString()}`,
    );
    await other.run.runSchedules();
    expect([await idOf('Published'), await idOf(': Renamed (doc_')]).toEqual([undefined, expect.any(String)]);
    other.run.clock.advance(402 * 86_400);
    await other.run.runSchedules();
    expect(await idOf('Renamed')).toBeUndefined();
  } finally {
    await other.stop();
    host.stop();
  }
}, 120_000);
