import { describe, expect, it } from 'vitest';
import { toWire } from '../../../lambdas/oauth/refusal.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { ok, refuse } from '../../../lambdas/runtime/result.ts';
import { reasonOf, withAssertion } from './a-token-request.ts';
import { anIssuer } from './an-issuer.ts';
import {
  aClient,
  aKeyClient,
  aKeyRing,
  anAssertion,
  anAssertionKey,
  aStandbyKey,
  now,
  tokenEndpointUrl,
} from './mothers.ts';

const jwksUri = 'https://client.example.com/jwks.json';
const publishing = aClient({
  authentication: {
    method: 'private_key_jwt',
    keys: { kind: 'jwks_uri', jwksUri },
    acceptsTokenEndpointAudience: false,
  },
});

describe('a signing client', () => {
  it('gets a token for its assertion, which is marked after the token is signed', async () => {
    const key = await anAssertionKey();
    const { requestToken, marked } = anIssuer({ clients: [aKeyClient([key])] });
    expect(await reasonOf(requestToken, await withAssertion(anAssertion(key)))).toBe('granted');
    expect(marked).toEqual([
      { issuer: 'planner-client', jti: 'jti-1', until: now + 90, now, attempt: 'random-2' },
    ]);
  });

  it('gets none when the assertion was used before', async () => {
    const key = await anAssertionKey();
    const { requestToken } = anIssuer({ clients: [aKeyClient([key])], isFirstUse: false });
    expect(await reasonOf(requestToken, await withAssertion(anAssertion(key)))).toBe('assertion_replayed');
  });

  it('keeps its assertion when the request is refused for another reason', async () => {
    const key = await anAssertionKey();
    const { requestToken, marked } = anIssuer({ clients: [aKeyClient([key])] });
    const request = await withAssertion(anAssertion(key), { scope: 'tools:delete' });
    expect(await reasonOf(requestToken, request)).toBe('scope_not_available');
    expect(marked).toEqual([]);
  });

  it('keeps its assertion when no key can sign', async () => {
    const key = await anAssertionKey();
    const { requestToken, marked } = anIssuer({
      clients: [aKeyClient([key])],
      ring: aKeyRing(aStandbyKey()),
    });
    await expect(requestToken(await withAssertion(anAssertion(key)), now)).rejects.toThrow(
      DependencyUnavailable,
    );
    expect(marked).toEqual([]);
  });

  it('may name itself beside the assertion, and nobody else', async () => {
    const key = await anAssertionKey();
    const { requestToken } = anIssuer({ clients: [aKeyClient([key])] });
    const named = (id: string) => withAssertion(anAssertion(key), { client_id: id });
    expect(await reasonOf(requestToken, await named('planner-client'))).toBe('granted');
    expect(await reasonOf(requestToken, await named('other-client'))).toBe('assertion_not_acceptable');
  });

  it('may name the token endpoint as audience only where it was registered so', async () => {
    const key = await anAssertionKey();
    const strict = aKeyClient([key]);
    const legacy = aClient({
      authentication: {
        method: 'private_key_jwt',
        keys: { kind: 'jwks', jwks: { keys: [key.publicJwk] } },
        acceptsTokenEndpointAudience: true,
      },
    });
    const request = await withAssertion(anAssertion(key, { aud: tokenEndpointUrl }));
    expect(await reasonOf(anIssuer({ clients: [strict] }).requestToken, request)).toBe(
      'assertion_not_acceptable',
    );
    expect(await reasonOf(anIssuer({ clients: [legacy] }).requestToken, request)).toBe('granted');
  });

  it.each([
    ['the key of another', async () => aKeyClient([await anAssertionKey()])],
    ['a client that has a secret', () => Promise.resolve(aClient())],
  ])('is not verified by %s', async (_what, client) => {
    const key = await anAssertionKey();
    const { requestToken } = anIssuer({ clients: [await client()] });
    expect(await reasonOf(requestToken, await withAssertion(anAssertion(key)))).toBe(
      'assertion_not_verified',
    );
  });

  it('is told apart from a stranger by nothing but its key', async () => {
    const [key, other] = await Promise.all([anAssertionKey(), anAssertionKey()]);
    const request = await withAssertion(anAssertion(key));
    const unknown = await anIssuer({ clients: [] }).requestToken(request, now);
    const wrong = await anIssuer({ clients: [aKeyClient([other])] }).requestToken(request, now);
    expect(unknown).toEqual(wrong);
  });

  it('may publish its keys at a jwks_uri', async () => {
    const [key, other] = await Promise.all([anAssertionKey(), anAssertionKey('ES256', 'other')]);
    const documents = {
      fetchJson: (url: string) =>
        Promise.resolve(ok(url === jwksUri ? { keys: [other.publicJwk, key.publicJwk] } : {})),
    };
    const { requestToken } = anIssuer({ clients: [publishing], documents });
    expect(await reasonOf(requestToken, await withAssertion(anAssertion(key)))).toBe('granted');
    const forged = { ...other, publicJwk: key.publicJwk };
    expect(await reasonOf(requestToken, await withAssertion(anAssertion(forged)))).toBe(
      'assertion_not_verified',
    );
  });

  it('may begin to sign with a new key, which is looked for', async () => {
    const [old, key] = await Promise.all([anAssertionKey('ES256', 'old'), anAssertionKey('ES256', 'new')]);
    const documents = { fetchJson: () => Promise.resolve(ok({ keys: published.shift() ?? [] })) };
    const published = [[old.publicJwk], [old.publicJwk, key.publicJwk]];
    const { requestToken } = anIssuer({ clients: [publishing], documents });
    const at = async (seconds: number) => {
      const outcome = await requestToken(await withAssertion(anAssertion(key)), after(now, seconds));
      return outcome.ok ? 'granted' : outcome.refusal.reason;
    };
    expect(await at(0)).toBe('assertion_not_verified');
    expect(await at(30)).toBe('granted');
  });

  it.each([
    [
      'refused and told why while nobody can read its jwks_uri',
      { reason: 'not_json' },
      {
        ...{ status: 401, error: 'invalid_client' },
        description: 'the keys at the jwks_uri of the client could not be read: not_json',
      },
    ],
    [
      'told to come again while the host of its jwks_uri is down',
      { reason: 'timed_out' },
      {
        ...{ status: 503, error: 'temporarily_unavailable', retryAfter: 30 },
        description: 'the host of the jwks_uri of the client does not answer; try again in 30 s',
      },
    ],
  ] as const)('is %s', async (_what, refusal, wire) => {
    const documents = { fetchJson: () => Promise.resolve(refuse(refusal)) };
    const { requestToken } = anIssuer({ clients: [publishing], documents });
    const outcome = await requestToken(await withAssertion(anAssertion(await anAssertionKey())), now);
    expect(outcome.ok ? undefined : toWire(outcome.refusal)).toEqual(wire);
  });
});
