import { describe, expect, it } from 'vitest';
import { clientKeys } from '../../../lambdas/oauth/client-authentication/client-keys.ts';
import type { DocumentRefusal, Documents } from '../../../lambdas/ports/documents.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { ok, refuse, type Result } from '../../../lambdas/runtime/result.ts';
import { now } from './mothers.ts';

type Answer = Result<unknown, DocumentRefusal>;
const source = { kind: 'jwks_uri', jwksUri: 'https://client.example.com/jwks.json' } as const;
const enough = () => true;
const notEnough = () => false;
const keys = (name: string) => ok({ keys: [{ kid: name }] });
const down = refuse({ reason: 'unreachable' });

/** A host that answers so, one after another, and counts how often it is asked. */
function aHost(...answers: readonly Answer[]): {
  readonly documents: Documents;
  readonly asked: () => number;
} {
  let asked = 0;
  const fetchJson = () => Promise.resolve(answers[asked++] ?? down);
  return { documents: { fetchJson }, asked: () => asked };
}

describe('the keys of a client', () => {
  it('are the registered ones where the client registered keys', async () => {
    const host = aHost();
    const jwks = { keys: [{ kid: 'registered' }] };
    const found = await clientKeys(host.documents).find({ kind: 'jwks', jwks }, notEnough, now);
    expect(found).toEqual({ ok: true, value: jwks.keys });
    expect(host.asked()).toBe(0);
  });

  it('are fetched once and kept', async () => {
    const host = aHost(keys('a'), keys('b'));
    const found = clientKeys(host.documents);
    await found.find(source, enough, now);
    expect(await found.find(source, enough, after(now, 269))).toEqual({ ok: true, value: [{ kid: 'a' }] });
    expect(host.asked()).toBe(1);
  });

  it('are fetched anew after five minutes at most', async () => {
    const host = aHost(keys('a'), keys('b'));
    const found = clientKeys(host.documents);
    await found.find(source, enough, now);
    expect(await found.find(source, enough, after(now, 270))).toEqual({ ok: true, value: [{ kid: 'b' }] });
  });

  it('are fetched anew for an unknown key, once in 30 seconds and no more', async () => {
    const host = aHost(keys('a'), keys('b'), keys('c'));
    const found = clientKeys(host.documents);
    await found.find(source, notEnough, now);
    for (let second = 0; second < 30; second += 1) await found.find(source, notEnough, after(now, second));
    expect(host.asked()).toBe(1);
    expect(await found.find(source, notEnough, after(now, 30))).toEqual({ ok: true, value: [{ kid: 'b' }] });
    expect(host.asked()).toBe(2);
  });

  it('are fetched once for requests that come at once', async () => {
    const host = aHost(keys('a'), keys('b'));
    const found = clientKeys(host.documents);
    await Promise.all(Array.from({ length: 20 }, () => found.find(source, enough, now)));
    await Promise.all(Array.from({ length: 20 }, () => found.find(source, notEnough, after(now, 30))));
    expect(host.asked()).toBe(2);
  });

  it('survive a fetch that a stranger provoked and that failed', async () => {
    const host = aHost(keys('a'), down);
    const found = clientKeys(host.documents);
    await found.find(source, enough, now);
    await found.find(source, notEnough, after(now, 30));
    for (const seconds of [30, 60, 90]) {
      expect(await found.find(source, enough, after(now, seconds))).toEqual({
        ok: true,
        value: [{ kid: 'a' }],
      });
    }
    expect(host.asked()).toBe(2);
  });

  it('are not said to lack a key while their host fails, until it tells', async () => {
    const host = aHost(keys('a'), down, down, keys('b'));
    const found = clientKeys(host.documents);
    await found.find(source, enough, now);
    expect(await found.find(source, notEnough, after(now, 29))).toEqual({ ok: true, value: [{ kid: 'a' }] });
    for (const seconds of [30, 59, 60, 89]) {
      expect(await found.find(source, notEnough, after(now, seconds))).toEqual(down);
    }
    expect(host.asked()).toBe(3);
    for (const seconds of [90, 119]) {
      expect(await found.find(source, notEnough, after(now, seconds))).toEqual({
        ok: true,
        value: [{ kid: 'b' }],
      });
    }
    expect(host.asked()).toBe(4);
  });

  it('are gone five minutes after a host went silent', async () => {
    const found = clientKeys(aHost(keys('a')).documents);
    await found.find(source, enough, now);
    expect(await found.find(source, enough, after(now, 300))).toEqual(down);
  });

  it('are kept for a thousand hosts, the one fetched longest ago forgotten first', async () => {
    const asked: string[] = [];
    const fetchJson = (url: string) => Promise.resolve(ok({ keys: asked.push(url) === 0 ? [] : [{}] }));
    const found = clientKeys({ fetchJson });
    const find = (host: number) =>
      found.find({ kind: 'jwks_uri', jwksUri: `https://${host}.example.com` }, enough, now);
    for (let host = 0; host < 1_000; host += 1) await find(host);
    await find(0);
    expect(asked).toHaveLength(1_000);
    await find(1_000);
    await find(1);
    expect(asked).toHaveLength(1_001);
    await find(0);
    expect(asked.at(-1)).toBe('https://0.example.com');
    expect(asked).toHaveLength(1_002);
  });

  it('are asked for again 30 seconds after a failure, and not before', async () => {
    const host = aHost(down, keys('a'));
    const found = clientKeys(host.documents);
    expect(await found.find(source, enough, now)).toEqual(down);
    expect(await found.find(source, enough, after(now, 29))).toEqual(down);
    expect(await found.find(source, enough, after(now, 30))).toEqual({ ok: true, value: [{ kid: 'a' }] });
  });

  it('are asked for again at once where no failure is to be kept, by one for all who wait', async () => {
    const host = aHost(down, down, keys('a'));
    const found = clientKeys(host.documents, { failureCoolDown: 0 });
    expect(await found.find(source, enough, now)).toEqual(down);
    const crowd = await Promise.all(Array.from({ length: 20 }, () => found.find(source, enough, now)));
    expect([host.asked(), new Set(crowd.map(({ ok: isFound }) => isFound))]).toEqual([2, new Set([false])]);
    expect(await found.find(source, enough, now)).toEqual({ ok: true, value: [{ kid: 'a' }] });
    await found.find(source, notEnough, after(now, 29));
    expect(host.asked()).toBe(3);
  });

  it.each([[null], [[]], [{}], [{ keys: 'none' }]])(
    'are refused in a document that is no key set: %j',
    async (document) => {
      const found = await clientKeys(aHost(ok(document)).documents).find(source, enough, now);
      expect(found).toEqual({ ok: false, refusal: { reason: 'not_json' } });
    },
  );
});
