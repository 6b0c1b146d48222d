import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { federationSecret } from '../../local/demo/federation-secret.ts';
import { config as example } from '../../vestibule.config.ts';
import { type Answer, type Driver, drive } from '../spec/support/driver.ts';
import { deskAt, eventsSince, hosted, requestOf, signIn } from '../spec/support/people.ts';
import { putBootstrap } from '../spec/support/proxied-office.ts';
import { type Registering, registering } from '../spec/support/registering.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { type Keycloak, startKeycloak } from './keycloak-company.ts';

const idp = 'company';
let deployment: TestDeployment;
let operator: Driver;
let clients: Registering;
let keycloak: Keycloak;
let token: string;

beforeAll(async () => {
  const port = await freePortBlock();
  deployment = await startDeployment({
    port,
    config: {
      ...example,
      registration: { mode: 'initial_access_token' },
      roles: [{ id: 'everyone', groups: 'everyone', scopes: { demo: ['tools:read', 'tools:write'] } }],
      identityProviders: [
        {
          ...{ id: idp, issuer: `http://localhost:${port + 2}/realms/company`, clientId: 'vestibule' },
          registration: { mode: 'proxied' },
        },
      ],
    },
  });
  keycloak = await startKeycloak({
    port: port + 2,
    clientSecret: await federationSecret(deployment.run, idp),
    redirectUri: `${deployment.issuer}/callback/${idp}`,
  });
  operator = drive(deployment);
  clients = registering(operator);
  await putBootstrap(deployment, idp, await keycloak.initialAccessToken(4));
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
async function granted(client: Answer, user: string): Promise<Answer['body']> {
  const clientId = String(client.body['client_id']);
  const company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl: '' };
  const told = await signIn(requestOf(company, { client_id: clientId }), { user });
  const { body } = await deskAt(operator).redeem(told.get('code') ?? '', { client_id: clientId });
  return body;
}

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
