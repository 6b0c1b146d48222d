import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { proofAlgorithms } from '../../../lambdas/resource-server/dpop-proof.ts';
import { type DpopKey, newDpopKey } from '../../support/dpop-key.ts';
import { approve, type Device, deviceAt, withDevices } from '../support/devices.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { type Granting, grantingAt } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { type Proving, provingAt } from '../support/proving.ts';
import { newSecretClient } from '../support/registrations.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

type Headers = Readonly<Record<string, string>>;

const scopes = { 'safe:open': 'Open it' };
const beside = (uri = '', name: string): string => uri.replace(/\/mcp$/, `/${name}`);

const company = officeForThisFile((config) => {
  const [demo] = config.resources;
  return withDevices({
    ...config,
    resources: [
      ...config.resources,
      { id: 'safe', name: 'Safe', uri: beside(demo?.uri, 'safe'), scopes, dpop: 'required' },
      { id: 'either', name: 'Either', uri: beside(demo?.uri, 'either'), scopes, dpop: 'accepted' },
      {
        ...{ id: 'sealed', name: 'Sealed', uri: beside(demo?.uri, 'sealed'), scopes },
        ...{ dpop: 'required', tokens: 'opaque' },
      },
    ],
    roles: (config.roles ?? []).map((role) => ({
      ...role,
      scopes: { ...role.scopes, safe: ['safe:open'], either: ['safe:open'], sealed: ['safe:open'] },
    })),
    clients: [
      ...config.clients,
      { id: 'sealed-server', resource: 'sealed', authentication: { method: 'client_secret_basic' } },
    ],
  });
});
let client: Driver;
let proving: Proving;
let granting: Granting;
let own: DpopKey;
let keeper: Headers;
const uriOf = (id: string): string => beside(company.mcpUrl, id);
const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];
const noBearer = [400, 'invalid_dpop_proof'];

beforeAll(async () => {
  client = drive(company);
  own = await newDpopKey();
  granting = grantingAt(company, client);
  keeper = await newSecretClient(
    client,
    'keeper',
    ['safe', 'either', 'sealed'].map((id) => ({ resource: uriOf(id), required: ['safe:open'] })),
  );
  proving = provingAt(company, client, {
    ...{ key: own, headers: keeper, form: { grant_type: 'client_credentials', resource: uriOf('either') } },
  });
});
afterAll(() => {
  granting.stop();
});

const proof = async (key = own): Promise<Headers> => ({ dpop: await proving.proof(key) });
const machineToken = (id: string, headers: Headers = {}): Promise<Answer> =>
  client.token({ grant_type: 'client_credentials', resource: uriOf(id) }, { ...keeper, ...headers });

verifies(
  'rfc9728:2:bound-tokens',
  'a resource says that it takes bound tokens, or takes no others, where its declaration does',
  async () => {
    const documentOf = async (id: string) =>
      (await client.get(`/.well-known/oauth-protected-resource/${id}`)).body;
    const algorithms = { dpop_signing_alg_values_supported: proofAlgorithms };
    const required = await documentOf('safe');
    expect(required).toMatchObject({ ...algorithms, dpop_bound_access_tokens_required: true });
    expect(required).not.toHaveProperty('bearer_methods_supported');
    const accepted = await documentOf('either');
    expect(accepted).toMatchObject({ ...algorithms, bearer_methods_supported: ['header'] });
    expect(accepted).not.toHaveProperty('dpop_bound_access_tokens_required');
    const silent = await documentOf('demo');
    expect(Object.keys(silent).filter((name) => name.startsWith('dpop'))).toEqual([]);
    expect((await client.admin('GET', 'resources/safe')).body['dpop']).toBe('required');
  },
);

describe('a resource that takes bound tokens alone', () => {
  verifies('vestibule:bound-tokens-alone', 'has no bearer token issued to a machine', async () => {
    const from = company.log.length;
    const refused = await machineToken('safe');
    expect(told(refused)).toEqual(noBearer);
    expect(String(refused.body['error_description'])).toContain('send the DPoP header');
    expect(eventsSince(company, from)).toMatchObject([
      { event: 'token_refused', reason: 'dpop_proof_missing' },
    ]);
    const bound = await machineToken('safe', await proof());
    expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
    expect(decodeJwt(String(bound.body['access_token']))).toMatchObject({
      ...{ aud: uriOf('safe'), cnf: { jkt: own.jkt } },
    });
    expect((await machineToken('either')).body['token_type']).toBe('Bearer');
  });

  verifies(
    'vestibule:bound-tokens-alone',
    'has its code kept for a client that comes again with a proof, and its family of that key',
    async () => {
      const granted = await granting.code({
        ...{ clientId: 'desk', resource: uriOf('safe'), scope: ['safe:open'], offline: true },
      });
      for (let times = 2; times > 0; times -= 1) {
        expect(told(await granting.redeem(granted, 'desk'))).toEqual(noBearer);
      }
      const tokens = await granting.redeem(granted, 'desk', {}, await proof());
      expect([tokens.status, tokens.body['token_type']]).toEqual([200, 'DPoP']);
      const token = tokens.body['refresh_token'];
      expect(told(await granting.refresh(token, 'desk'))).toEqual(noBearer);
      const stranger = await proof(await newDpopKey());
      expect(told(await granting.refresh(token, 'desk', {}, stranger))).toEqual([400, 'invalid_grant']);
      const refreshed = await granting.refresh(token, 'desk', {}, await proof());
      expect([refreshed.status, refreshed.body['token_type']]).toEqual([200, 'DPoP']);
    },
  );

  verifies(
    'vestibule:bound-tokens-alone',
    'that says so from now on ends no family, and has it refreshed with a proof',
    async () => {
      const declared = {
        ...{ id: 'either', name: 'Either', uri: uriOf('either'), kind: 'mcp-server' },
        scopes: [{ name: 'safe:open', description: 'Open it' }],
      };
      const terms = { clientId: 'desk', resource: uriOf('either'), scope: ['safe:open'], offline: true };
      const bearer = await granting.redeem(await granting.code(terms), 'desk');
      expect([bearer.status, bearer.body['token_type']]).toEqual([200, 'Bearer']);
      // What the config declares is changed there; in its place, an operator declares one of the same URI.
      await client.admin('DELETE', 'resources/either');
      await client.register('resources', { ...declared, dpop: 'required' });
      client.letCachesExpire();
      const token = bearer.body['refresh_token'];
      expect(told(await granting.refresh(token, 'desk'))).toEqual(noBearer);
      const bound = await granting.refresh(token, 'desk', {}, await proof());
      expect([bound.status, bound.body['token_type']]).toEqual([200, 'DPoP']);
      const wrong = await client.admin('PUT', 'resources/either', { ...declared, dpop: 'maybe' });
      expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining('dpop') as string]);
    },
  );

  verifies(
    ['vestibule:bound-tokens-alone', 'rfc9449:6.2:introspection'],
    'has opaque tokens bound too, as their server is told',
    async () => {
      expect(told(await machineToken('sealed'))).toEqual(noBearer);
      const { body } = await machineToken('sealed', await proof());
      expect(body).toMatchObject({
        token_type: 'DPoP',
        access_token: expect.stringMatching(/^vat_/) as string,
      });
      const headers = basic('sealed-server', await company.secretOf('sealed-server'));
      const answer = await client.send('/introspect', {
        ...{ method: 'POST', headers, body: new URLSearchParams({ token: String(body['access_token']) }) },
      });
      expect(answer.body).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: own.jkt } });
    },
  );
});

describe('a device with a key', () => {
  const device = (): Device => deviceAt(company);

  verifies(
    ['vestibule:bound-tokens-alone', 'rfc8628:3.4:tokens', 'rfc9449:5:bound-token'],
    'waits without a proof, needs one for what was granted, and loses nothing by coming without',
    async () => {
      const { deviceCode, userCode } = await device().begin({ resource: uriOf('safe'), scope: 'safe:open' });
      expect(told(await device().poll(deviceCode))).toEqual([400, 'authorization_pending']);
      await approve(company, userCode);
      expect(told(await device().poll(deviceCode))).toEqual(noBearer);
      strike(company, 'kms:Sign=down@*');
      const headers = await proof();
      expect((await device().poll(deviceCode, {}, headers)).status).toBe(503);
      mend(company);
      const { status, body } = await device().poll(deviceCode, {}, headers);
      expect([status, body['token_type']]).toEqual([200, 'DPoP']);
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ cnf: { jkt: own.jkt } });
      const refresh = async (by: Headers) =>
        told(await granting.refresh(body['refresh_token'], 'terminal', {}, by));
      expect(await refresh({})).toEqual(noBearer);
      expect(await refresh(await proof(await newDpopKey()))).toEqual([400, 'invalid_grant']);
      expect(await refresh(await proof())).toEqual([200, undefined]);
    },
  );

  verifies(
    ['rfc9449:11.1:replay', 'rfc9449:8:nonces'],
    'proves it anew with each poll: no proof does twice, not even while nobody has decided',
    async () => {
      const { deviceCode, userCode } = await device().begin();
      const plain = { dpop: await proving.proof(own, { nonce: undefined }) };
      await approve(company, userCode);
      expect(told(await device().poll(deviceCode, {}, plain))).toEqual([400, 'use_dpop_nonce']);
      const other = await device().begin();
      await approve(company, other.userCode);
      const headers = await proof();
      expect((await device().poll(deviceCode, {}, headers)).status).toBe(200);
      expect(told(await device().poll(other.deviceCode, {}, headers))).toEqual(noBearer);
      expect((await device().poll(other.deviceCode, {}, await proof())).body['token_type']).toBe('DPoP');
    },
  );
});
