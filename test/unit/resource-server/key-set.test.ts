import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createVerifier, type Verification } from '../../../lambdas/resource-server/index.ts';
import { makeKey, makeToken, resource, startKeyServer, type KeyServer, type SigningKey } from './fixture.ts';

const start = 1_800_000_000;
let now: number;
let key: SigningKey;
let server: KeyServer;
let present: (by?: SigningKey, kid?: string) => Promise<Verification>;

beforeEach(async () => {
  now = start;
  key = await makeKey('first');
  server = await startKeyServer([key]);
  const verifier = createVerifier({ issuer: server.issuer, resource, ends: 'off', now: () => now });
  present = async (by = key, kid = by.kid) =>
    verifier.verify(`Bearer ${await makeToken(by, server.issuer, now, { header: { kid } })}`);
});
afterEach(() => server.close());

function statusOf(verification: Verification): number {
  return verification.ok ? 200 : verification.challenge.status;
}

describe('the keys of the issuer', () => {
  it('are fetched once for a thousand tokens, the first ones at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 1_000 }, () => present()));
    expect(all.every((verification) => verification.ok)).toBe(true);
    expect(server.requests).toBe(1);
  });

  it('are not fetched at all for what cannot be a token', async () => {
    const verifier = createVerifier({ issuer: server.issuer, resource, ends: 'off', now: () => now });
    await verifier.verify(undefined);
    await verifier.verify('Bearer garbage');
    expect(server.requests).toBe(0);
  });

  it('are fetched again when their max-age is over', async () => {
    await present();
    now = start + 299;
    await present();
    expect(server.requests).toBe(1);
    now = start + 300;
    await present();
    expect(server.requests).toBe(2);
  });

  it('are fetched again the sooner the longer a cache in between has had them', async () => {
    server.age = '240';
    await present();
    now = start + 59;
    await present();
    expect(server.requests).toBe(1);
    now = start + 60;
    await present();
    expect(server.requests).toBe(2);
  });

  it.each(['soon', '-1', '1e3', '99999999999'])('are kept no longer for an age of %o', async (age) => {
    server.age = age;
    await present();
    now = start + 300;
    await present();
    expect(server.requests).toBe(2);
  });

  it('are kept an hour at most whatever the issuer says, and half a minute at least', async () => {
    server.cacheControl = 'public, max-age=31536000';
    await present();
    now = start + 3_600;
    server.cacheControl = 'no-store';
    await present();
    expect(server.requests).toBe(2);
    now += 29;
    await present();
    expect(server.requests).toBe(2);
    now += 1;
    await present();
    expect(server.requests).toBe(3);
  });

  it('that were withdrawn are refused once the set is fetched again', async () => {
    expect((await present()).ok).toBe(true);
    server.keys = [(await makeKey('second')).publicJwk];
    now = start + 300;
    expect(statusOf(await present())).toBe(401);
  });
});

describe('a kid that is not in the set', () => {
  it('is found by one request when the issuer rotated', async () => {
    await present();
    const second = await makeKey('second');
    server.keys = [key.publicJwk, second.publicJwk];
    now = start + 30;
    expect((await present(second)).ok).toBe(true);
    expect(server.requests).toBe(2);
  });

  it('cannot make the verifier hammer the issuer', async () => {
    await present();
    now = start + 30;
    const invented = await Promise.all(
      Array.from({ length: 500 }, (_, number) => present(key, `invented-${number}`)),
    );
    expect(invented.map(statusOf).every((status) => status === 401)).toBe(true);
    expect(server.requests).toBe(2);
    now = start + 59;
    expect(statusOf(await present(key, 'invented-again'))).toBe(401);
    expect(server.requests).toBe(2);
    now = start + 60;
    expect(statusOf(await present(key, 'invented-again'))).toBe(401);
    expect(server.requests).toBe(3);
  });

  it('does not disturb the tokens of known keys meanwhile', async () => {
    await present();
    now = start + 30;
    const [invented, good] = await Promise.all([present(key, 'invented'), present()]);
    expect(statusOf(invented)).toBe(401);
    expect(good.ok).toBe(true);
  });

  it('is never called invalid while the issuer cannot say whether it is new', async () => {
    await present();
    server.status = 500;
    now = start + 30;
    expect(statusOf(await present(key, 'perhaps-new'))).toBe(503);
    expect(statusOf(await present(key, 'perhaps-new'))).toBe(503);
    expect(server.requests).toBe(2);
    expect((await present()).ok).toBe(true);
  });
});

describe('an issuer that is down', () => {
  it('is answered for with 503 and Retry-After while nothing is known, and the next try works', async () => {
    server.status = 503;
    const verification = await present();
    if (verification.ok) throw new Error('accepted');
    expect(verification.challenge).toEqual({
      status: 503,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'retry-after': '5' },
      body: {
        error: 'temporarily_unavailable',
        error_description: 'The keys of the issuer cannot be read now',
      },
    });
    server.status = 200;
    expect(statusOf(await present())).toBe(503);
    now = start + 5;
    expect((await present()).ok).toBe(true);
    expect(server.requests).toBe(2);
  });

  it('is asked once in five seconds', async () => {
    server.status = 500;
    for (let second = 0; second < 10; second += 1) {
      now = start + second;
      await Promise.all([present(), present()]);
    }
    expect(server.requests).toBe(2);
  });

  it('is left alone for five seconds after it kept a request waiting for as long', async () => {
    let requests = 0;
    const silent = (): Promise<Response> => {
      requests += 1;
      now += 5;
      return Promise.reject(new Error('time-out'));
    };
    const verifier = createVerifier({
      issuer: server.issuer,
      resource,
      ends: 'off',
      now: () => now,
      fetch: silent,
    });
    const token = `Bearer ${await makeToken(key, server.issuer, now)}`;
    await verifier.verify(token);
    await verifier.verify(token);
    expect(requests).toBe(1);
    now += 5;
    await verifier.verify(token);
    expect(requests).toBe(2);
  });

  it('does not stop the tokens of keys already known, for an hour past their freshness', async () => {
    await present();
    server.status = 500;
    now = start + 300 + 3_599;
    expect((await present()).ok).toBe(true);
    now = start + 300 + 3_600;
    expect(statusOf(await present())).toBe(503);
  });

  it('is the same as one that refuses connections', async () => {
    await server.close();
    expect(statusOf(await present())).toBe(503);
    server = await startKeyServer([key]);
  });

  it.each([
    ['no key set', {}],
    ['a list', []],
    ['keys that are no list', { keys: 'none' }],
    ['keys that are no objects', { keys: [1, null] }],
  ])('is the same as one that publishes %s', async (_, document) => {
    const verifier = createVerifier({
      issuer: server.issuer,
      resource,
      now: () => now,
      fetch: () => Promise.resolve(Response.json(document)),
    });
    const token = await makeToken(key, server.issuer, now);
    expect(statusOf(await verifier.verify(`Bearer ${token}`))).toBe(503);
  });

  it('is the same as one that redirects elsewhere', async () => {
    server.status = 302;
    expect(statusOf(await present())).toBe(503);
  });
});

describe('a published set', () => {
  it('is used where one of its keys is of an unknown kind', async () => {
    server.keys = [{ kty: 'oct', kid: 'secret', k: 'AAAA' }, { kty: 'NEW', kid: 'new' }, key.publicJwk];
    expect((await present()).ok).toBe(true);
    expect(statusOf(await present(key, 'new'))).toBe(401);
    expect(statusOf(await present(key, 'secret'))).toBe(401);
  });

  it('does not verify with a key meant for encryption', async () => {
    server.keys = [{ ...key.publicJwk, use: 'enc' }];
    expect(statusOf(await present())).toBe(401);
  });

  it('does not verify with one of two keys of the same kid', async () => {
    server.keys = [key.publicJwk, { ...(await makeKey('first')).publicJwk }];
    expect(statusOf(await present())).toBe(401);
  });
});
