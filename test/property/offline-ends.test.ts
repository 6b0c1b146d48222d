import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedOfEnds } from '../../lambdas/oauth/ends/feed.ts';
import type { Ends } from '../../lambdas/ports/ends.ts';
import { createVerifier } from '../../lambdas/resource-server/index.ts';
import { endedBy, readEdition } from '../../lambdas/resource-server/ends-edition.ts';
import type { KeySet } from '../../lambdas/resource-server/key-set.ts';
import { remoteKeySet } from '../../lambdas/resource-server/key-set.ts';
import { after } from '../../lambdas/runtime/clock.ts';
import { endedName } from '../../lambdas/runtime/ended-name.ts';
import { endedName as nameAtTheVerifier } from '../../lambdas/resource-server/ended-name.ts';
import {
  makeEdition,
  makeKey,
  makeToken,
  resource,
  startKeyServer,
} from '../unit/resource-server/fixture.ts';
import type { KeyServer, SigningKey } from '../unit/resource-server/fixture.ts';
import { aKeyRing, aSigningKey, issuer, now, processSigner } from '../unit/oauth/mothers.ts';

const start = 1_800_000_000;
let key: SigningKey;
let server: KeyServer;
beforeAll(async () => {
  key = await makeKey('first');
  server = await startKeyServer([key]);
});
afterAll(() => server.close());

describe('what the issuer calls a token or a principal', () => {
  it('is what a verifier calls it', async () => {
    const claim = fc.constantFrom('jti', 'client_id', 'agent_id', 'grant_id', 'task_id', 'sub', 'aud');
    await fc.assert(
      fc.asyncProperty(claim, fc.string({ unit: 'binary' }), async (of, value) => {
        expect(await nameAtTheVerifier(of, value)).toBe(endedName(of, value));
      }),
    );
  });
});

describe('an edition', () => {
  it('says at the verifier what the issuer wrote, and nothing more', async () => {
    const { kid, algorithm, publicJwk } = aSigningKey();
    const keys: KeySet = remoteKeySet(
      'https://auth.example.com/jwks',
      () => Promise.resolve(Response.json({ keys: [{ ...publicJwk, kid, alg: algorithm }] })),
      () => now,
    );
    const ids = fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 12 });
    const offset = fc.integer({ min: -3_000, max: 60 });
    await fc.assert(
      fc.asyncProperty(ids, ids, offset, fc.array(fc.nat(20)), async (tokens, agents, until, probes) => {
        const ends: Ends = {
          tokens: tokens.map((jti) => endedName('jti', jti)),
          principals: new Map(agents.map((id) => [endedName('agent_id', id), after(now, until)])),
        };
        const feed = feedOfEnds({
          ...{ issuer, signer: processSigner, ends: { current: () => Promise.resolve(ends) } },
          keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
        });
        const edition = await readEdition((await feed(now)).jwt, keys, { issuer, now });
        if (edition === undefined) throw new Error('not read');
        expect(edition.tokens.size).toBe(tokens.length);
        for (const probe of probes) {
          const jti = tokens[probe] ?? `other-${probe}`;
          const agent_id = agents[probe % 5] ?? 'nobody';
          const claims = { iss: issuer, sub: 's', aud: 'a', client_id: 'c', exp: now + 900, jti, agent_id };
          const iat = now - 100;
          const expected = tokens.includes(jti) || (agents.includes(agent_id) && until >= -100);
          expect(await endedBy(edition, { ...claims, iat })).toBe(expected ? 'other' : undefined);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a revoked token', () => {
  /** What answers a request for the feed: an edition up to ten seconds old, an outage, or one kept from before. */
  const answers = fc.record({
    kind: fc.constantFrom('edition', 'edition', 'edition', 'down', 'replayed', 'forged'),
    age: fc.nat(9),
  });

  it('is refused from thirty seconds after its revocation on, whatever caches and attackers do', async () => {
    const token = await makeToken(key, server.issuer, start);
    const forger = await makeKey('first');
    const [name, none] = [endedName('jti', 'one'), { tokens: '', principals: {} }];
    const first = await makeEdition(key, { issuer: server.issuer, ends: none }, start);
    const steps = fc.array(fc.record({ seconds: fc.nat(12), answer: answers }), {
      minLength: 5,
      maxLength: 25,
    });
    const mode = fc.constantFrom('required' as const, 'preferred' as const);
    let served = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(60), steps, mode, async (revokedAfter, visits, ends) => {
        const revokedAt = start + revokedAfter;
        let at = start;
        let answer = visits[0]!.answer;
        const editionOf = (issuedAt: number) => {
          const seen = { tokens: issuedAt > revokedAt ? name : '', principals: {} };
          return makeEdition(key, { issuer: server.issuer, ends: seen }, issuedAt);
        };
        const verifier = createVerifier({
          ...{ issuer: server.issuer, resource, ends, now: () => at },
          fetch: async (url, init) => {
            if (!url.endsWith('/ends')) return fetch(url, init);
            if (answer.kind === 'down') return new Response('', { status: 503 });
            if (answer.kind === 'replayed') return new Response(first);
            if (answer.kind === 'edition') return new Response(await editionOf(at - answer.age));
            const forged = await makeEdition(forger, { issuer: server.issuer, ends: none }, at);
            return new Response(forged);
          },
        });
        let wasRefused = false;
        for (const visit of visits) {
          at += visit.seconds;
          answer = visit.answer;
          const verification = await verifier.verify(`Bearer ${token}`);
          if (verification.ok) served += 1;
          if (!verification.ok && verification.challenge.status === 401) wasRefused = true;
          // Once it was refused it stays so; and a strict verifier never takes it later than 30 seconds.
          expect(verification.ok && wasRefused).toBe(false);
          if (ends === 'required' && at >= revokedAt + 30) expect(verification.ok).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
    expect(served).toBeGreaterThan(0);
  }, 120_000);
});
