import { decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createExchanger,
  type Exchanger,
  type ProofKeyPair,
} from '../../../lambdas/resource-server/index.ts';
import { proofFault, readProof } from '../../../lambdas/resource-server/dpop-proof.ts';
import { verifies } from '../../spec/verifies.ts';
import {
  granted,
  startTokenEndpoint,
  type TokenAnswer,
  type TokenEndpointServer,
} from './a-token-endpoint.ts';

const now = 1_800_000_000;
const bound = (count: number): TokenAnswer => granted(count, { token_type: 'DPoP' });
const wantsNonce = (nonce: string): TokenAnswer => ({
  ...{ status: 400, headers: { 'dpop-nonce': nonce }, body: { error: 'use_dpop_nonce' } },
});

let endpoint: TokenEndpointServer;
/** The server that is called in somebody's name; a resource that answers as it is told. */
let calendar: TokenEndpointServer;
let pair: ProofKeyPair;

beforeAll(async () => {
  endpoint = await startTokenEndpoint();
  calendar = await startTokenEndpoint();
  pair = await generateKeyPair('ES256');
});
afterAll(async () => {
  await calendar.close();
  await endpoint.close();
});
beforeEach(() => {
  endpoint.requests.length = 0;
  calendar.requests.length = 0;
  endpoint.answer = (_, count) => bound(count);
  calendar.answer = () => ({ body: 'hello' });
});

const proofs = (server: TokenEndpointServer): readonly string[] =>
  server.requests.map(({ headers }) => String(headers['dpop']));
const nonces = (server: TokenEndpointServer): readonly unknown[] =>
  proofs(server).map((proof) => decodeJwt(proof)['nonce']);

function anExchanger(dpop: ProofKeyPair = pair): Exchanger {
  const client = { id: 'search-server', proof: { secret: 'secret' } };
  return createExchanger({ issuer: endpoint.issuer, client, now: () => now, dpop });
}
const target = (exchanger = anExchanger()) =>
  exchanger.exchangeFor({ token: 'received' }, `${calendar.issuer}/mcp`);

describe('an exchanger with a key', () => {
  verifies(
    'rfc9449:4.2:exchanger-proofs',
    'proves it at the token endpoint and at the target, for that request alone',
    async () => {
      const { fetch } = target();
      expect((await fetch(`${calendar.issuer}/mcp?page=2`, { method: 'post', body: 'a' })).status).toBe(200);
      expect((await fetch(`${calendar.issuer}/mcp`, { headers: { dpop: 'of the caller' } })).status).toBe(
        200,
      );
      expect(endpoint.requests).toHaveLength(1);
      const [first, second] = calendar.requests;
      expect([first?.headers.authorization, second?.headers.authorization]).toEqual(
        Array.from({ length: 2 }, () => 'DPoP exchanged-1'),
      );
      const shown = [
        [proofs(endpoint)[0]!, { method: 'POST', url: `${endpoint.issuer}/token`, now }],
        [
          proofs(calendar)[0]!,
          { method: 'POST', url: `${calendar.issuer}/mcp`, now, accessToken: 'exchanged-1' },
        ],
        [
          proofs(calendar)[1]!,
          { method: 'GET', url: `${calendar.issuer}/mcp`, now, accessToken: 'exchanged-1' },
        ],
      ] as const;
      const ids = new Set<string>();
      for (const [proof, request] of shown) {
        const reading = await readProof(proof);
        if (!reading.ok) throw new Error(reading.description);
        expect(await proofFault(reading.proof, request)).toBeUndefined();
        ids.add(reading.proof.jti);
      }
      expect(ids.size).toBe(3);
      expect(decodeJwt(proofs(endpoint)[0]!)).not.toHaveProperty('ath');
    },
  );

  it.each(['ES256', 'ES384', 'RS256', 'PS256', 'Ed25519'])('proves it by %s', async (alg) => {
    await target(anExchanger(await generateKeyPair(alg))).token();
    const [proof = ''] = proofs(endpoint);
    expect(await readProof(proof)).toMatchObject({ ok: true });
    const { jwk, ...header } = decodeProtectedHeader(proof);
    expect(header).toEqual({ alg, typ: 'dpop+jwt' });
    expect(Object.keys(jwk ?? {})).not.toContain('d');
  });

  it('is told at once that no proof can be made with it', async () => {
    const weak = await generateKeyPair('ES512');
    expect(() => anExchanger(weak)).toThrow(/ES256.*got ECDSA P-521/);
    const [algorithm, usages] = [{ name: 'ECDSA', namedCurve: 'P-256' }, ['verify']] as const;
    const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey);
    const publicKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, usages);
    expect(() => anExchanger({ ...pair, publicKey })).toThrow(/extractable/);
  });

  verifies(
    'rfc9449:8:exchanger-nonces',
    'goes on with the nonces that it is told on either side, each at its own server',
    async () => {
      endpoint.answer = ({ headers }, count) =>
        decodeJwt(String(headers['dpop']))['nonce'] === 'issuer' ? bound(count) : wantsNonce('issuer');
      calendar.answer = ({ headers }) =>
        decodeJwt(String(headers['dpop']))['nonce'] === 'calendar'
          ? { headers: { 'dpop-nonce': 'next' }, body: 'hello' }
          : {
              ...{ status: 401, body: {} },
              headers: { 'dpop-nonce': 'calendar', 'www-authenticate': 'DPoP error="use_dpop_nonce"' },
            };
      const { fetch } = target();
      expect((await fetch(`${calendar.issuer}/mcp`, { method: 'POST', body: 'again' })).status).toBe(200);
      expect(nonces(endpoint)).toEqual([undefined, 'issuer']);
      expect(nonces(calendar)).toEqual([undefined, 'calendar']);
      expect(
        new Set([...proofs(endpoint), ...proofs(calendar)].map((proof) => decodeJwt(proof).jti)).size,
      ).toBe(4);
      // RFC 9449 §8.2: the newest is the one that counts.
      await fetch(`${calendar.issuer}/mcp`);
      expect(nonces(calendar)[2]).toBe('next');
      expect(endpoint.requests).toHaveLength(2);
    },
  );

  it('proves its client anew with the second request', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    endpoint.answer = (_, count) => (count === 1 ? wantsNonce('one') : bound(count));
    await createExchanger({
      ...{ issuer: endpoint.issuer, dpop: pair, now: () => now },
      client: { id: 'search-server', proof: { privateKey, alg: 'ES256' } },
    })
      .exchangeFor({ token: 'received' }, calendar.issuer)
      .token();
    const ids = endpoint.requests.map(({ form }) => decodeJwt(form.get('client_assertion') ?? '').jti);
    expect(new Set(ids).size).toBe(2);
  });

  it('gives up on servers that want one nonce after the other', async () => {
    endpoint.answer = (_, count) => wantsNonce(`n${count}`);
    await expect(target().token()).rejects.toMatchObject({
      ...{ kind: 'misconfigured', details: { error: 'use_dpop_nonce' } },
    });
    expect(endpoint.requests).toHaveLength(2);
    endpoint.answer = (_, count) => bound(count);
    const challenge = { 'dpop-nonce': 'n', 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
    calendar.answer = () => ({ status: 401, headers: challenge, body: {} });
    expect((await target().fetch(`${calendar.issuer}/mcp`)).status).toBe(401);
    expect(calendar.requests).toHaveLength(2);
  });

  it('exchanges anew after a nonce, where the token itself is no good', async () => {
    const answers = ['use_dpop_nonce', 'invalid_token'];
    calendar.answer = () => {
      const error = answers.shift();
      if (error === undefined) return { body: 'hello' };
      return { status: 401, headers: { 'www-authenticate': `DPoP error="${error}"` }, body: {} };
    };
    expect((await target().fetch(`${calendar.issuer}/mcp`)).status).toBe(200);
    expect(calendar.requests.map(({ headers }) => headers.authorization)).toEqual([
      ...['DPoP exchanged-1', 'DPoP exchanged-1', 'DPoP exchanged-2'],
    ]);
  });

  verifies('rfc9449:5:exchanger-bound', 'has no use for a token that is anybody’s', async () => {
    endpoint.answer = (_, count) => granted(count);
    await expect(target().fetch(`${calendar.issuer}/mcp`)).rejects.toMatchObject({
      ...{ kind: 'misconfigured', message: expect.stringContaining('DPoP token that was asked') as string },
    });
    expect(calendar.requests).toEqual([]);
  });

  it('is the fault of whoever runs the server where its proof is none', async () => {
    endpoint.answer = () => ({ status: 400, body: { error: 'invalid_dpop_proof' } });
    await expect(target().token()).rejects.toMatchObject({ kind: 'misconfigured' });
    expect(endpoint.requests).toHaveLength(1);
  });
});

describe('an exchanger without a key', () => {
  verifies('rfc9449:5:exchanger-bound', 'has no use for a token that is bound to one', async () => {
    const client = { id: 'search-server', proof: { secret: 'secret' } };
    const exchanger = createExchanger({ issuer: endpoint.issuer, client, now: () => now });
    await expect(target(exchanger).token()).rejects.toMatchObject({ kind: 'misconfigured' });
    expect(endpoint.requests[0]?.headers).not.toHaveProperty('dpop');
  });

  it('hands on the answer of a server that wants proofs', async () => {
    endpoint.answer = (_, count) => granted(count);
    const challenge = { 'dpop-nonce': 'n', 'www-authenticate': 'DPoP error="use_dpop_nonce"' };
    calendar.answer = () => ({ status: 401, headers: challenge, body: {} });
    const client = { id: 'search-server', proof: { secret: 'secret' } };
    const exchanger = createExchanger({ issuer: endpoint.issuer, client, now: () => now });
    expect((await target(exchanger).fetch(`${calendar.issuer}/mcp`)).status).toBe(401);
    expect(calendar.requests).toHaveLength(1);
  });
});
