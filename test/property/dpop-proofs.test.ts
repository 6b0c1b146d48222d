import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { boundKey } from '../../lambdas/oauth/dpop/possession.ts';
import { checkBinding } from '../../lambdas/resource-server/key-binding.ts';
import { proofFault, proofWindowSeconds, readProof } from '../../lambdas/resource-server/dpop-proof.ts';
import { type DpopKey, newDpopKey } from '../support/dpop-key.ts';

const now = 1_800_000_000;
const url = 'https://auth.example.com/token';
let key: DpopKey;

beforeAll(async () => {
  key = await newDpopKey();
});

const segment = fc.oneof(
  fc.string(),
  fc.json().map((text) => Buffer.from(text).toString('base64url')),
  fc
    .record(
      {
        typ: fc.constantFrom('dpop+jwt', 'JWT', 'at+jwt'),
        alg: fc.constantFrom('ES256', 'none', 'HS256', 'RS256', 'EdDSA'),
        jwk: fc.anything(),
        crit: fc.anything(),
      },
      { requiredKeys: [] },
    )
    .map((header) => Buffer.from(JSON.stringify(header)).toString('base64url')),
);

it('whatever stands in the header, it is read or refused in printable words, and nothing is thrown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 4 }), async (parts) => {
      const read = await readProof(parts.join('.'));
      expect(read.ok).toBe(false);
      // RFC 6749 §5.2: the characters of an error_description.
      expect(read.ok ? '' : read.description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
    }),
  );
});

it('a proof with any claims is read as what it says, or refused', async () => {
  const claims = fc.dictionary(fc.constantFrom('jti', 'htm', 'htu', 'iat', 'ath', 'nonce'), fc.jsonValue());
  await fc.assert(
    fc.asyncProperty(claims, async (changes) => {
      const read = await readProof(await key.prove({ url, at: now, claims: changes }));
      if (!read.ok) return;
      expect(read.proof).toMatchObject({ jkt: key.jkt, ...changes });
      for (const value of [read.proof.jti, read.proof.htm, read.proof.htu])
        expect(typeof value).toBe('string');
    }),
    { numRuns: 50 },
  );
});

it('one that was altered anywhere is refused', async () => {
  const proof = await key.prove({ url, at: now });
  const place = fc.nat({ max: proof.length - 1 });
  await fc.assert(
    fc.asyncProperty(place, fc.constantFrom('A', 'z', '-', '9', '.'), async (at, character) => {
      fc.pre(proof[at] !== character);
      const altered = `${proof.slice(0, at)}${character}${proof.slice(at + 1)}`;
      const same = altered.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
      // The last character of a segment holds bits that decode to nothing.
      fc.pre(
        same.join('.') !==
          proof
            .split('.')
            .map((part) => Buffer.from(part, 'base64url').toString('hex'))
            .join('.'),
      );
      expect((await readProof(altered)).ok).toBe(false);
    }),
    { numRuns: 60 },
  );
});

it('it is good for exactly the time around its iat, the method, and the URL without its query', async () => {
  const read = await readProof(await key.prove({ url, at: now }));
  const proof = read.ok ? read.proof : undefined;
  const away = fc.integer({ min: -2 * proofWindowSeconds, max: 2 * proofWindowSeconds });
  await fc.assert(
    fc.asyncProperty(away, fc.webPath(), fc.webQueryParameters(), async (seconds, path, query) => {
      const fault = (at: number, to: string, method = 'POST') =>
        proof && proofFault(proof, { method, url: to, now: at });
      expect((await fault(now + seconds, `${url}?${query}`)) === undefined).toBe(
        Math.abs(seconds) <= proofWindowSeconds,
      );
      const other = `https://auth.example.com${path}`;
      const isSame = new URL(other).pathname === '/token';
      expect((await fault(now, other)) === undefined).toBe(isSame);
      expect(await fault(now, url, 'post')).toBeDefined();
    }),
  );
});

it('nobody but the holder of the key gets past what is bound to it', async () => {
  const jkts = fc.constantFrom('one', 'two');
  const possession = fc.oneof(
    fc.constant({ ok: true, value: undefined } as const),
    jkts.map((jkt) => ({ ok: true, value: { jkt, jti: 'j', iat: now } }) as const),
    fc.constant({ ok: false, refusal: { reason: 'dpop_proof_missing' } } as const),
  );
  const maybe = fc.option(jkts, { nil: undefined });
  fc.assert(
    fc.property(fc.boolean(), possession, maybe, (dpopBound, shown, bound) => {
      const key = boundKey({ dpopBound }, shown, bound);
      if (!key.ok) return;
      if (bound !== undefined) expect(key.value?.jkt).toBe(bound);
      if (dpopBound) expect(key.value).toBeDefined();
    }),
  );
  const request = { method: 'GET', url, now };
  await fc.assert(
    fc.asyncProperty(maybe, fc.constantFrom('bearer', 'dpop'), async (jkt, scheme) => {
      const check = await checkBinding(
        { scheme, accessToken: 't', proof: undefined, x5t: undefined },
        jkt === undefined ? undefined : { jkt },
        request,
      );
      expect(check.ok).toBe(scheme === 'bearer' && jkt === undefined);
    }),
  );
});
