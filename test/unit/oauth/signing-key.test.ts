import { describe, expect, it } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { aTokenRequest } from './a-token-request.ts';
import { anIssuer } from './an-issuer.ts';
import { aKeyRing, aSigningKey, aStandbyKey, now } from './mothers.ts';

describe('a signing key', () => {
  it.each([
    ['none', aKeyRing()],
    ['only a standby', aKeyRing(aStandbyKey())],
    ['a key that may sign later', aKeyRing(aSigningKey({ signFrom: instant(now + 1) }))],
    ['a key that signed until now', aKeyRing(aSigningKey({ signUntil: now }))],
    ['a key that is not published yet', aKeyRing(aSigningKey({ publishedAt: instant(now + 1) }))],
    ['a key that leaves before the token ends', aKeyRing(aSigningKey({ publishUntil: instant(now + 900) }))],
  ])('must be there: %s is an outage and not a refusal', async (_what, ring) => {
    await expect(anIssuer({ ring }).requestToken(aTokenRequest(), now)).rejects.toThrow(
      'signing key ring is unavailable',
    );
  });

  it('that took over last is the one that signs', async () => {
    const ring = aKeyRing(
      aSigningKey(),
      aStandbyKey({ signFrom: now }),
      aStandbyKey({ kid: aSigningKey().kid, signFrom: instant(now - 100) }),
    );
    const outcome = await anIssuer({ ring }).requestToken(aTokenRequest(), now);
    expect(outcome).toMatchObject({ ok: true, value: { kid: 'standby-key' } });
  });
});
