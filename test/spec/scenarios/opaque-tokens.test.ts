import { createHash } from 'node:crypto';
import { decodeJwt } from 'jose';
import { beforeAll, describe, expect } from 'vitest';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { deskAt, eventsSince, requestOf, signIn } from '../support/people.ts';
import { newSecretClient } from '../support/registrations.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

type Credentials = Readonly<Record<string, string>>;

const company = officeForThisFile((config) => ({
  ...config,
  resources: [
    ...config.resources,
    {
      ...{ id: 'ledger', name: 'Ledger', scopes: { 'ledger:read': 'Read entries' } },
      ...{ uri: ledgerBeside(config.resources[0]?.uri), tokens: 'opaque' },
    },
  ],
  roles: (config.roles ?? []).map((role) => ({
    ...role,
    scopes: { ...role.scopes, ledger: ['ledger:read'] },
  })),
  clients: [
    ...config.clients,
    { id: 'ledger-server', resource: 'ledger', authentication: { method: 'client_secret_basic' } },
  ],
}));
let client: Driver;
let ledger: string;
let server: Credentials;
let clerk: Credentials;

function ledgerBeside(uri = ''): string {
  return uri.replace(/\/mcp$/, '/ledger');
}

beforeAll(async () => {
  client = drive(company);
  ledger = ledgerBeside(company.mcpUrl);
  server = basic('ledger-server', await company.secretOf('ledger-server'));
  clerk = await newSecretClient(client, 'clerk', [{ resource: ledger, required: ['ledger:read'] }]);
});

function post(path: string, token: string, as: Credentials, more: Credentials = {}): Promise<Answer> {
  return client.send(path, {
    method: 'POST',
    body: new URLSearchParams({ token, ...(path === '/revoke' && { client_id: 'desk' }) }),
    headers: { ...as, ...more },
  });
}

const introspect = (token: string, as = server): Promise<Answer> => post('/introspect', token, as);
const isActive = async (token: string): Promise<unknown> => (await introspect(token)).body['active'];

async function machineToken(as = clerk): Promise<string> {
  const { status, text, body } = await client.token({ grant_type: 'client_credentials' }, as);
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
}

/** A code of alice for the ledger. */
async function code(): Promise<string> {
  const wish = { resource: ledger, scope: 'openid email ledger:read' };
  return (await signIn(requestOf(company, wish))).get('code') ?? '';
}

async function tokensOf(answer: Promise<Answer>): Promise<Readonly<Record<string, string>>> {
  const { status, text, body } = await answer;
  expect([status, text]).toEqual([200, text]);
  return body as Readonly<Record<string, string>>;
}

const opaque = /^vat_[\w-]{43}$/;

describe('a token for a resource that wants it opaque', () => {
  verifies('vestibule:opaque-tokens', 'says nothing, and its server is told what it stands for', async () => {
    company.run.cloud.ledger.reset();
    const from = company.log.length;
    const token = await machineToken();
    expect(token).toMatch(opaque);
    const calls = company.run.cloud.ledger.calls().filter(({ principal }) => principal.includes('Token'));
    expect(calls.map(({ action }) => action)).not.toContain('kms:Sign');
    expect(calls.filter(({ action }) => action === 'dynamodb:PutItem')).toHaveLength(1);
    const { body } = await introspect(token);
    const now = Math.floor(company.run.clock.now() / 1_000);
    expect(body).toEqual({
      ...{ active: true, token_type: 'Bearer', iss: company.issuer, aud: ledger },
      ...{ sub: 'clerk-client', client_id: 'clerk-client', agent_id: 'clerk', scope: 'ledger:read' },
      ...{ jti: expect.any(String) as string, iat: expect.any(Number) as number },
      exp: Number(body['iat']) + 900,
    });
    expect(Math.abs(Number(body['iat']) - now)).toBeLessThan(30);
    const [issued, introspected] = eventsSince(company, from);
    expect(issued).toMatchObject({ event: 'token_issued', resource: ledger, jti: body['jti'] });
    expect(issued).not.toHaveProperty('kid');
    expect(introspected).toMatchObject({ event: 'token_introspected', active: true, jti: body['jti'] });
    const signed = await post('/introspect', token, server, {
      accept: 'application/token-introspection+jwt',
    });
    expect(decodeJwt(signed.text)['token_introspection']).toEqual(body);
  });

  verifies('vestibule:opaque-tokens', 'is nothing to the server of another resource', async () => {
    const other = basic('demo-server', await company.secretOf('demo-server'));
    const token = await machineToken();
    expect((await introspect(token, other)).text).toBe('{"active":false}');
    for (const made of [`${token}x`, 'vat_', `vat_${'x'.repeat(43)}`, token.slice(4)]) {
      expect((await introspect(made)).text).toBe('{"active":false}');
    }
    // Resources beside it have theirs signed.
    const planner = basic('planner-client', await company.secretOf('planner-client'));
    const jwt = await client.token({ grant_type: 'client_credentials', resource: company.mcpUrl }, planner);
    expect(decodeJwt(String(jwt.body['access_token'])).aud).toBe(company.mcpUrl);
  });

  verifies('vestibule:opaque-tokens', 'comes by code and by refresh, beside an id_token', async () => {
    const first = await tokensOf(deskAt(client).redeem(await code()));
    expect(first['access_token']).toMatch(opaque);
    const digest = createHash('sha256').update(String(first['access_token'])).digest();
    const claims = decodeJwt(String(first['id_token']));
    expect(claims['at_hash']).toBe(digest.subarray(0, 16).toString('base64url'));
    const second = await tokensOf(deskAt(client).refresh(first['refresh_token']));
    expect(second['access_token']).toMatch(opaque);
    expect(second['access_token']).not.toBe(first['access_token']);
    for (const { access_token: token } of [first, second]) {
      const { body } = await introspect(String(token));
      expect(body).toMatchObject({ active: true, sub: claims.sub, client_id: 'desk' });
      const info = await client.get('/userinfo', { authorization: `Bearer ${String(token)}` });
      expect(info.body).toMatchObject({ sub: claims.sub, email: 'alice@example.com' });
    }
  });
});

describe('an opaque token', () => {
  verifies('vestibule:opaque-ends', 'is ended by its client, and by no other', async () => {
    const token = await machineToken();
    expect((await post('/revoke', token, {})).status).toBe(200);
    expect(await isActive(token)).toBe(true);
    const revoked = await client.send('/revoke', {
      ...{ method: 'POST', headers: clerk, body: new URLSearchParams({ token }) },
    });
    expect([revoked.status, await isActive(token)]).toEqual([200, false]);
  });

  verifies('vestibule:opaque-ends', 'ends with its grant', async () => {
    const tokens = await tokensOf(deskAt(client).redeem(await code()));
    const [token, refresh] = [String(tokens['access_token']), String(tokens['refresh_token'])];
    expect(await isActive(token)).toBe(true);
    await post('/revoke', refresh, {});
    expect(await isActive(token)).toBe(false);
    expect((await client.get('/userinfo', { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  verifies('vestibule:opaque-ends', 'ends with the agent that it acts for, and by its time', async () => {
    const spare = await newSecretClient(client, 'spare', [{ resource: ledger, required: ['ledger:read'] }]);
    const token = await machineToken(spare);
    expect(await isActive(token)).toBe(true);
    expect((await client.admin('POST', 'agents/spare/disable')).status).toBe(200);
    expect(await isActive(token)).toBe(false);
    const late = await machineToken();
    company.run.clock.advance(840);
    expect(await isActive(late)).toBe(true);
    company.run.clock.advance(61);
    const from = company.log.length;
    expect(await isActive(late)).toBe(false);
    expect(eventsSince(company, from)[0]).toMatchObject({ active: false, reason: 'expired' });
  });

  verifies('vestibule:opaque-secrets', 'is kept nowhere, and stands in no log', async () => {
    const tokens = await tokensOf(deskAt(client).redeem(await code()));
    const token = String(tokens['access_token']);
    await introspect(token);
    await introspect(`${token}x`);
    strike(company, 'dynamodb:GetItem~Introspection=down@*');
    expect((await introspect(token)).status).toBe(503);
    mend(company);
    await post('/revoke', token, {});
    const secret = token.slice(4);
    const kept = JSON.stringify(await itemsAtRest(company, 'GrantsTable'));
    expect([kept.includes('opaque-token#'), kept.includes(secret)]).toEqual([true, false]);
    expect(company.log.some((line) => line.includes(secret))).toBe(false);
  });

  verifies('vestibule:opaque-faults', 'that could not be kept has used up nothing', async () => {
    for (const fault of ['down@*', 'timeout@1-3'] as const) {
      const unused = await code();
      strike(company, `dynamodb:PutItem~Token=${fault}`);
      const failed = await deskAt(client).redeem(unused);
      expect([fault, failed.status, failed.body['error']]).toEqual([fault, 503, 'temporarily_unavailable']);
      mend(company);
      const tokens = await tokensOf(deskAt(client).redeem(unused));
      strike(company, `dynamodb:PutItem~Token=${fault}`);
      expect((await deskAt(client).refresh(tokens['refresh_token'])).status).toBe(503);
      mend(company);
      const next = await tokensOf(deskAt(client).refresh(tokens['refresh_token']));
      expect(await isActive(String(next['access_token']))).toBe(true);
    }
    // A reply that is lost once costs nobody anything.
    strike(company, 'dynamodb:PutItem~Token=timeout@1');
    expect(await isActive(await machineToken())).toBe(true);
  });
});
