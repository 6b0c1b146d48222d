import { setTimeout } from 'node:timers/promises';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnosis } from '../../lambdas/ports/diagnosis.ts';
import type { DownstreamApiConfig, VestibuleConfig } from '../../lib/index.ts';
import { exchangeSecret, federationSecret } from '../../local/demo/federation-secret.ts';
import { config as example } from '../../vestibule.config.ts';
import { type Answer, basic, drive } from '../spec/support/driver.ts';
import { deskAt, eventsSince, peoplesClients, requestOf, signIn } from '../spec/support/people.ts';
import { vestibule } from '../spec/support/vestibule-command.ts';
import type { Company } from '../support/company.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { addApi, addAudience, allowExchange, exchangesThere } from './keycloak-apis.ts';
import { type Keycloak, startKeycloak } from './keycloak-company.ts';

const idp = 'company';
let deployment: TestDeployment;
let company: Company;
let keycloak: Keycloak;

const at = (id: string): string => `https://${id}.example.com`;

/** `files` is set up at Keycloak, and each of the others wrongly in one way. */
const apis: readonly DownstreamApiConfig[] = (
  [
    ['files', { audience: 'files-api' }, { read: 'files.read' }],
    ['mail', { audience: 'mail-api' }, { read: 'files.read' }],
    ['ghost', { audience: 'nobody' }, { read: 'files.read' }],
    ['unknown', { audience: 'files-api' }, { read: 'files.everything' }],
    ['reports', { audience: 'files-api', client: { id: 'exchanger' } }, { read: 'profile' }],
  ] as const
).map(([id, strategy, scopes]) => ({
  ...{ id, uri: at(id), idp, scopes, strategy: { kind: 'keycloak', ...strategy } },
}));

function configAt(issuer: string): VestibuleConfig {
  const read = { scopes: { read: ['tools:read'] } };
  return {
    ...example,
    identityProviders: [{ id: idp, issuer, clientId: 'vestibule' }],
    resources: example.resources.map((resource) =>
      resource.id === 'demo'
        ? { ...resource, onBehalfOf: Object.fromEntries(apis.map(({ id }) => [id, read])) }
        : resource,
    ),
    clients: [...example.clients, ...peoplesClients],
    roles: [
      {
        ...{ id: 'everyone', groups: 'everyone' },
        scopes: { demo: ['tools:read'], ...Object.fromEntries(apis.map(({ id }) => [id, ['read']])) },
      },
    ],
    downstreamApis: apis,
  };
}

beforeAll(async () => {
  const port = await freePortBlock();
  const idpUrl = `http://localhost:${port + 2}`;
  deployment = await startDeployment({ port, config: configAt(`${idpUrl}/realms/company`) });
  company = { ...deployment, mcpUrl: example.resources[0].uri, idpUrl };
  keycloak = await startKeycloak({
    ...{ port: port + 2, clientSecret: await federationSecret(deployment.run, idp) },
    redirectUri: `${deployment.issuer}/callback/${idp}`,
    // The older one has no exchange that is on without a preview.
    which: { is: 'newest' },
  });
  await addApi(keycloak, { clientId: 'files-api', scope: 'files.read' });
  await addApi(keycloak, { clientId: 'mail-api' });
  await keycloak.ask('POST', 'clients', {
    ...{ clientId: 'exchanger', protocol: 'openid-connect', publicClient: false, standardFlowEnabled: false },
    secret: await exchangeSecret(deployment.run, 'reports'),
  });
  await allowExchange(keycloak, 'vestibule');
  await allowExchange(keycloak, 'exchanger');
}, 320_000);

afterAll(async () => {
  keycloak.stop();
  await deployment.stop();
});

/** What somebody gave the MCP server, by a client that may go on without them. */
async function subject(user: string): Promise<string> {
  const told = await signIn(requestOf(company), { user });
  const { status, text, body } = await deskAt(drive(deployment)).redeem(told.get('code') ?? '');
  if (status !== 200) throw new Error(text);
  return String(body['access_token']);
}

/** The MCP server asks for a token of an API with it. */
async function exchange(token: string, api = 'files'): Promise<Answer> {
  return drive(deployment).token(
    {
      ...{ grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange', subject_token: token },
      ...{ subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', resource: at(api) },
    },
    basic('demo-server', await deployment.secretOf('demo-server')),
  );
}

/** What the doctor says of each API: the code of its finding, or how it stands. */
async function doctor(): Promise<Readonly<Record<string, string>>> {
  const { out } = await vestibule(deployment, ['idp', 'doctor', idp, '--json']);
  const { checks } = JSON.parse(out) as Pick<Diagnosis, 'checks'>;
  return Object.fromEntries(
    checks.flatMap(({ of, outcome, findings: [finding] }) =>
      of === undefined ? [] : [[of, finding?.code ?? outcome]],
    ),
  );
}

const words = ({ status, body }: Answer): readonly unknown[] => [
  status,
  body['error'],
  body['error_description'],
];

describe('an MCP server', () => {
  test('gets a token of Keycloak for the API that calls the person what Keycloak calls them', async () => {
    const from = deployment.log.length;
    const { status, body } = await exchange(await subject('alice'));
    expect([status, body]).toEqual([
      200,
      {
        ...{ access_token: expect.any(String) as string, token_type: 'Bearer', scope: 'read' },
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        expires_in: expect.any(Number) as number,
      },
    ]);
    const keys = createRemoteJWKSet(new URL(`${keycloak.issuer}/protocol/openid-connect/certs`));
    const expected = { issuer: keycloak.issuer, audience: 'files-api' };
    const { payload } = await jwtVerify(String(body['access_token']), keys, expected);
    const [alice] = (await keycloak.ask('GET', 'users?exact=true&username=alice')) as readonly object[];
    expect(payload).toMatchObject({ sub: (alice as { readonly id: string }).id, azp: 'vestibule' });
    // Of no other audience, though the person may do more.
    expect([payload.aud].flat()).toEqual(['files-api']);
    expect(String(payload['scope']).split(' ')).toContain('files.read');
    expect(eventsSince(deployment, from)).toContainEqual(
      expect.objectContaining({ event: 'api_token_given', api: 'files', clientId: 'demo-server' }),
    );
  });

  test('gets the one that is there, and Keycloak is asked once', async () => {
    const token = await subject('alice');
    const before = await exchangesThere(keycloak);
    const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(token)));
    answers.push(await exchange(token));
    expect(new Set(answers.map(({ body }) => body['access_token'])).size).toBe(1);
    expect((await exchangesThere(keycloak)) - before).toBe(1);
  });

  test('gets one after the session of the browser is over', async () => {
    const token = await subject('carol');
    await keycloak.ask('PUT', '', { ssoSessionMaxLifespan: 1 });
    await setTimeout(2_100);
    const { status, body } = await exchange(token);
    await keycloak.ask('PUT', '', { ssoSessionMaxLifespan: 36_000 });
    expect(status).toBe(200);
    expect(decodeJwt(String(body['access_token'])).aud).toBe('files-api');
  });

  test('gets one by another client, for which what people sign in with is meant too', async () => {
    const before = await exchange(await subject('alice'), 'reports');
    expect(words(before)).toEqual([
      ...[400, 'invalid_target'],
      expect.stringMatching(
        /made for others than its client\. Have tokens of the client vestibule.* name exchanger/,
      ),
    ]);
    await addAudience(keycloak, { scope: 'for-exchanger', audience: 'exchanger', as: 'default' });
    // It may ask for the API by a scope of its own.
    await addAudience(keycloak, {
      scope: 'for-files',
      audience: 'files-api',
      as: 'default',
      to: 'exchanger',
    });
    const { status, body } = await exchange(await subject('alice'), 'reports');
    expect([status, decodeJwt(String(body['access_token']))]).toMatchObject([
      200,
      { azp: 'exchanger', aud: 'files-api' },
    ]);
  });
});

describe('who asks is told', () => {
  test.each([
    [
      'mail',
      'invalid_target',
      /the audience is none that its client may have\. Give the client vestibule a client scope that adds the audience mail-api/,
    ],
    ['ghost', 'invalid_target', /it knows no such audience\. .* in place of nobody: Keycloak admin console/],
    ['unknown', 'invalid_scope', /invalid_scope$/],
  ])('what is wrong with the API %s', async (api, error, said) => {
    expect(words(await exchange(await subject('alice'), api))).toEqual([
      ...[400, error],
      expect.stringMatching(said),
    ]);
  });

  test('that the client may not exchange, and which switch it is', async () => {
    expect(await doctor()).toEqual(Object.fromEntries(apis.map(({ id }) => [id, 'good'])));
    await allowExchange(keycloak, 'vestibule', false);
    const refused = await exchange(await subject('alice'));
    const { reports, ...others } = await doctor();
    await allowExchange(keycloak, 'vestibule');
    // The doctor told before anybody asked; one API has a client of its own.
    expect([reports, ...new Set(Object.values(others))]).toEqual(['good', 'exchange_not_allowed']);
    expect(words(refused)).toEqual([
      ...[400, 'invalid_target'],
      expect.stringMatching(/Let the client vestibule exchange tokens: .*'Standard token exchange'/),
    ]);
  });

  test('to have the person sign in again, whom an administrator has disabled', async () => {
    const token = await subject('bob');
    expect((await exchange(token)).status).toBe(200);
    const another = await subject('bob');
    await keycloak.setEnabled('bob', false);
    expect(words(await exchange(another))).toEqual([
      ...[400, 'interaction_required'],
      expect.stringContaining('have the person grant access again'),
    ]);
    await keycloak.setEnabled('bob', true);
  });
});
