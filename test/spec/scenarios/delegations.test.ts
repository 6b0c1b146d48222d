import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, drive, type Driver } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const host = 'https://operators.example.com';
const [desk, files] = [`${host}/desk`, `${host}/files`];
const rule = {
  resource: 'files',
  scopes: [{ name: 'read', from: ['ask'] }],
  subjects: ['agent'],
};

let deployment: TestDeployment;
let client: Driver;
/** Sends the desk a token, and so does nobody else. */
let caller: Headers;
let clerk: Headers;
type Headers = ReturnType<typeof basic>;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  await client.register('resources', {
    ...{ id: 'files', uri: files, name: 'Files' },
    scopes: ['read', 'write'].map((name) => ({ name, description: name })),
  });
  await client.register('agents', { id: 'clerk', owner: 'team', catalogue: [] });
  await client.register('resources', {
    ...{ id: 'desk', uri: desk, kind: 'agent', agent_id: 'clerk', name: 'Desk' },
    scopes: ['ask', 'tell'].map((name) => ({ name, description: name })),
  });
  caller = await newSecretClient(client, 'caller', [
    { resource: 'desk', required: ['ask'], optional: ['tell'] },
  ]);
  clerk = await serverClient('clerk-client', {
    agent_id: 'clerk',
    grant_types: ['client_credentials', exchange],
  });
}, 120_000);

afterAll(async () => {
  await deployment.stop();
});

describe('an operator decides what is done in the name of others', () => {
  verifies('vestibule:delegation-declared', 'and where none did, nothing is', async () => {
    expect(refusalOf(await exchanged())).toBe('unauthorized_client');
  });

  verifies('vestibule:delegation-declared', 'for an agent, from the next five seconds on', async () => {
    await ruled([rule]);
    const { status, body, text } = await exchanged();
    expect([status, text]).toEqual([200, text]);
    expect(decodeJwt(String(body['access_token']))).toMatchObject({
      ...{ aud: files, scope: 'read', sub: 'caller-client', agent_id: 'clerk' },
    });
    expect((await client.admin('GET', 'agents/clerk')).body['delegations']).toEqual([
      { ...rule, resource: files, mode: 'delegation' },
    ]);
  });

  verifies(
    'vestibule:delegation-declared',
    'for an MCP server, which exchanges by its own client',
    async () => {
      const uri = `${host}/search`;
      const searching = {
        ...{ id: 'search', uri, name: 'Search', scopes: [{ name: 'find', description: 'Find' }] },
        delegations: [{ ...rule, scopes: [{ name: 'write', from: ['find'] }] }],
      };
      await client.register('resources', searching);
      // The grant comes with what its resource may do.
      const search = await serverClient('search-server', { resource: 'search' });
      const sender = await newSecretClient(client, 'sender', [{ resource: 'search', required: ['find'] }]);
      const sent = await tokenOf(sender, { resource: uri });
      const { status, body, text } = await asked(search, sent);
      expect([status, text]).toEqual([200, text]);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({
        ...{ aud: files, scope: 'write', client_id: 'search-server' },
        act: { sub: 'search-server' },
      });
      // A registered actor is there in its place.
      await changed('resources/search', { ...searching, actor: 'clerk' });
      await ruled([{ ...rule, scopes: [{ name: 'read', from: ['find'] }] }]);
      const named = await tokenOf(sender, { resource: uri });
      expect(decodeJwt(named)).toMatchObject({ may_act: { sub: 'clerk' } });
      expect(refusalOf(await asked(search, named))).toBe('invalid_request');
      expect((await asked(clerk, named)).status).toBe(200);
    },
  );
});

describe('what an operator takes away is gone within five seconds:', () => {
  for (const [what, take, error] of [
    ['the rule', () => ruled(undefined), 'unauthorized_client'],
    [
      'its target',
      () => ruled([{ ...rule, resource: 'demo', scopes: [{ name: 'tools:read', from: ['ask'] }] }]),
      'invalid_target',
    ],
    ['its scope', () => ruled([{ ...rule, scopes: [{ name: 'read', from: ['tell'] }] }]), 'invalid_scope'],
    ['those in whose name', () => ruled([{ ...rule, subjects: ['person'] }]), 'invalid_request'],
    ['the agent', () => stopped('agents/clerk'), 'unauthorized_client'],
    ['the resource that is the target', () => stopped('resources/files'), 'invalid_target'],
    ['the resource that the token is for', () => stopped('resources/desk'), 'invalid_request'],
    ['who sent the token', () => stopped('agents/caller'), 'invalid_request'],
  ] as const) {
    verifies('vestibule:delegation-fresh', what, async () => {
      await ruled([rule]);
      const sent = await tokenOf(caller, { resource: desk });
      expect((await asked(clerk, sent)).status).toBe(200);
      const giveBack = await take();
      client.letCachesExpire();
      const refused = await asked(clerk, sent);
      await giveBack?.();
      expect(refusalOf(refused)).toBe(error);
    });
  }

  verifies(
    'vestibule:delegation-fresh',
    'the target for good, although the rule still names it',
    async () => {
      const gone = {
        id: 'gone',
        uri: `${host}/gone`,
        name: 'Gone',
        scopes: [{ name: 'read', description: 'Read' }],
      };
      await client.register('resources', gone);
      await ruled([{ ...rule, resource: 'gone' }]);
      const sent = await tokenOf(caller, { resource: desk });
      expect((await asked(clerk, sent, {})).status).toBe(200);
      expect((await client.admin('DELETE', 'resources/gone')).status).toBe(204);
      client.letCachesExpire();
      expect(refusalOf(await asked(clerk, sent, {}))).toBe('invalid_target');
    },
  );
});

/** Replaces what the clerk may do, and waits until everybody knows it. */
async function ruled(delegations: readonly object[] | undefined): Promise<undefined> {
  await changed('agents/clerk', { owner: 'team', catalogue: [], ...(delegations && { delegations }) });
}

async function changed(path: string, body: object): Promise<void> {
  const { status, text } = await client.admin('PUT', path, body);
  expect([path, status, text]).toEqual([path, 200, text]);
  client.letCachesExpire();
}

async function stopped(path: string): Promise<() => Promise<void>> {
  expect((await client.admin('POST', `${path}/disable`)).status).toBe(200);
  return async () => {
    expect((await client.admin('POST', `${path}/enable`)).status).toBe(200);
    client.letCachesExpire();
  };
}

/** A client that is declared with a secret, and how it proves itself. */
async function serverClient(clientId: string, declared: object): Promise<Headers> {
  const { client_secret: secret } = await client.register('clients', {
    ...{ client_id: clientId, token_endpoint_auth_method: 'client_secret_basic' },
    ...declared,
  });
  return basic(clientId, String(secret));
}

async function exchanged(): Promise<Answer> {
  return asked(clerk, await tokenOf(caller, { resource: desk }));
}

function asked(headers: Headers, token: string, target: object = { resource: files }): Promise<Answer> {
  const form = { grant_type: exchange, subject_token: token, subject_token_type: accessToken };
  return client.token({ ...form, ...target }, headers);
}

async function tokenOf(headers: Headers, form: object): Promise<string> {
  const { status, body, text } = await client.token({ grant_type: 'client_credentials', ...form }, headers);
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
}

function refusalOf({ status, body }: Answer): unknown {
  expect(status).toBeGreaterThanOrEqual(400);
  return body['error'];
}
