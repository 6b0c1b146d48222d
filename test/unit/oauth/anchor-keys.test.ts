import { beforeAll, describe, expect, it } from 'vitest';
import { anchorKeys } from '../../../lambdas/oauth/anchors/anchor-keys.ts';
import type { TrustAnchor } from '../../../lambdas/ports/trust-anchors.ts';
import { after, type Instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { ok } from '../../../lambdas/runtime/result.ts';
import {
  aForeignIssuer,
  aKeyHost,
  anAnchor,
  down,
  type ForeignIssuer,
  partner,
  verifierOf,
  someKeptKeys,
} from './a-foreign-issuer.ts';
import { now } from './mothers.ts';

let first: ForeignIssuer;
let second: ForeignIssuer;

beforeAll(async () => {
  [first, second] = await Promise.all([aForeignIssuer('ES256', 'k1'), aForeignIssuer('ES256', 'k2')]);
});

/** A token that is good then. */
function tokenAt(issuer: ForeignIssuer, at: Instant): Promise<string> {
  return issuer.token({ claims: { iat: at - 5, exp: at + 300 } });
}

const kinds = ['access_token'] as const;

describe('the keys of a trust anchor', () => {
  it('are fetched once for hundreds who ask at once', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    const token = await first.token();
    const answers = await Promise.all(Array.from({ length: 300 }, () => verify(token, kinds, now)));
    expect(answers.every(({ ok: isGood }) => isGood)).toBe(true);
    expect(host.asked).toEqual([`${partner}/keys`]);
  });

  it('follow a rotation at once, and the old key is gone', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    await verify(await first.token(), kinds, now);
    host.serve(ok({ keys: [second.jwk] }));
    const later = after(now, 31);
    const fresh = await tokenAt(second, later);
    const answers = await Promise.all(Array.from({ length: 200 }, () => verify(fresh, kinds, later)));
    expect(answers.every(({ ok: isGood }) => isGood)).toBe(true);
    expect(host.asked).toHaveLength(2);
    expect(await verify(await tokenAt(first, later), kinds, later)).toMatchObject({
      refusal: { fault: 'key_unknown' },
    });
  });

  it('are asked for at most once in 30 seconds, whatever keys strangers name', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    await verify(await first.token(), kinds, now);
    const forged = await second.token();
    for (const seconds of [1, 29, 31, 45, 60]) {
      expect(await verify(forged, kinds, after(now, seconds))).toMatchObject({
        refusal: { fault: 'key_unknown' },
      });
    }
    expect(host.asked).toHaveLength(2);
  });

  it('that are known go on for 24 hours while their host is down, and no longer', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    await verify(await first.token(), kinds, now);
    host.serve(down);
    for (const seconds of [700, 3_600, 86_399]) {
      const at = after(now, seconds);
      expect(await verify(await tokenAt(first, at), kinds, at)).toMatchObject({ ok: true });
    }
    const at = after(now, 86_400);
    await expect(verify(await tokenAt(first, at), kinds, at)).rejects.toThrow(DependencyUnavailable);
  });

  it('are known to an instance that begins while their host is down, for as long as they are to others', async () => {
    const host = aKeyHost(first.jwk);
    const kept = someKeptKeys();
    const anInstance = (anchor = anAnchor()) => verifierOf(host, [anchor], anchorKeys(host, kept));
    await anInstance()(await first.token(), kinds, now);
    host.serve(down);
    const at = after(now, 86_399);
    const token = await tokenAt(first, at);
    expect(await anInstance()(token, kinds, at)).toMatchObject({ ok: true });
    await expect(anInstance()(token, kinds, after(at, 1))).rejects.toThrow(DependencyUnavailable);
    // Those of another place are nobody's.
    const moved = anInstance(anAnchor({ jwksUri: `${partner}/elsewhere` }));
    await expect(moved(token, kinds, at)).rejects.toThrow(DependencyUnavailable);
  });

  it('are kept when they are new, and once an hour where they are not', async () => {
    const host = aKeyHost(first.jwk);
    const kept = someKeptKeys();
    const verify = verifierOf(host, [anAnchor()], anchorKeys(host, kept));
    for (const [seconds, writes] of [
      [0, 1],
      [600, 1],
      [3_599, 1],
      [3_600 + 600, 2],
    ] as const) {
      const at = after(now, seconds);
      await verify(await tokenAt(first, at), kinds, at);
      expect([seconds, kept.writes()]).toEqual([seconds, writes]);
    }
    host.serve(ok({ keys: [second.jwk] }));
    await verify(await tokenAt(second, after(now, 4_300)), kinds, after(now, 4_300));
    expect(kept.writes()).toBe(3);
  });

  it('count though the store fails, which is asked for nothing else', async () => {
    const host = aKeyHost(first.jwk);
    const fails = (): Promise<never> =>
      Promise.reject(new DependencyUnavailable('DynamoDB', { cause: new Error('down') }));
    const verify = verifierOf(host, [anAnchor()], anchorKeys(host, { keep: fails, find: fails }));
    expect(await verify(await first.token(), kinds, now)).toMatchObject({ ok: true });
    host.serve(down);
    const another = verifierOf(host, [anAnchor()], anchorKeys(host, { keep: fails, find: fails }));
    await expect(another(await first.token(), kinds, now)).rejects.toThrow('trust anchor partner');
    host.serve(ok({ keys: [first.jwk] }));
    expect(await another(await first.token(), kinds, after(now, 30))).toMatchObject({ ok: true });
  });

  it('that are unknown are a failed dependency while their host is down, and it is left alone', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    await verify(await first.token(), kinds, now);
    host.serve(down);
    const at = after(now, 40);
    const token = await tokenAt(second, at);
    const asking = Array.from({ length: 200 }, () => verify(token, kinds, at));
    const answers = await Promise.allSettled(asking);
    expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
    expect(host.asked).toHaveLength(2);
    await expect(verify(token, kinds, after(at, 29))).rejects.toThrow(DependencyUnavailable);
    expect(host.asked).toHaveLength(2);
    // The same failure takes nothing from those that are known.
    expect(await verify(await first.token(), kinds, after(at, 29))).toMatchObject({ ok: true });
  });

  it('come back with their host', async () => {
    const host = aKeyHost();
    host.serve(down);
    const verify = verifierOf(host);
    const token = await first.token();
    await expect(verify(token, kinds, now)).rejects.toThrow(DependencyUnavailable);
    host.serve(ok({ keys: [first.jwk] }));
    expect(await verify(token, kinds, after(now, 30))).toMatchObject({ ok: true });
  });

  it('that are withdrawn are gone in ten minutes', async () => {
    const host = aKeyHost(first.jwk);
    const verify = verifierOf(host);
    await verify(await first.token(), kinds, now);
    host.serve(ok({ keys: [] }));
    expect(await verify(await tokenAt(first, after(now, 599)), kinds, after(now, 599))).toMatchObject({
      ok: true,
    });
    expect(await verify(await tokenAt(first, after(now, 600)), kinds, after(now, 600))).toMatchObject({
      refusal: { fault: 'key_unknown' },
    });
  });

  it('are where discovery says, of the issuer that it is asked as and no other', async () => {
    const discovered: TrustAnchor = structuredClone(anAnchor());
    Reflect.deleteProperty(discovered, 'jwksUri');
    const host = aKeyHost(first.jwk);
    const asked: string[] = [];
    const documents = (issuer: string) => ({
      fetchJson: (url: string) => {
        asked.push(url);
        const isDiscovery = url.endsWith('/.well-known/openid-configuration');
        return isDiscovery ? Promise.resolve(ok({ issuer, jwks_uri: `${partner}/k` })) : host.fetchJson(url);
      },
    });
    const verify = verifierOf(documents(partner), [discovered]);
    expect(await verify(await first.token(), kinds, now)).toMatchObject({ ok: true });
    expect(asked).toEqual([`${partner}/.well-known/openid-configuration`, `${partner}/k`]);
    const other = verifierOf(documents('https://another.example'), [discovered]);
    expect(await other(await first.token(), kinds, now)).toMatchObject({
      refusal: { fault: 'keys_not_usable' },
    });
  });

  it('that are no key set are said to be none', async () => {
    const host = aKeyHost();
    for (const answer of [ok({ no: 'keys' }), ok('text')]) {
      host.serve(answer);
      expect(await verifierOf(host)(await first.token(), kinds, now)).toMatchObject({
        refusal: { fault: 'keys_not_usable' },
      });
    }
  });
});
