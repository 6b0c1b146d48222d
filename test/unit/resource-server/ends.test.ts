import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endedName } from '../../../lambdas/resource-server/ended-name.ts';
import {
  createVerifier,
  type Verifier,
  type VerifierOptions,
} from '../../../lambdas/resource-server/index.ts';
import {
  type EditionChanges,
  type KeyServer,
  makeEdition,
  makeKey,
  makeToken,
  resource,
  type SigningKey,
  startKeyServer,
} from './fixture.ts';

const start = 1_800_000_000;
let now: number;
let key: SigningKey;
let server: KeyServer;
let token: string;

beforeEach(async () => {
  now = start;
  key = await makeKey('first');
  server = await startKeyServer([key], () => now);
  token = await makeToken(key, server.issuer, now);
});
afterEach(() => server.close());

function aVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  return createVerifier({ issuer: server.issuer, resource, now: () => now, ...options });
}

async function statusOf(verifier: Verifier, presented = token): Promise<number> {
  const verification = await verifier.verify(`Bearer ${presented}`);
  return verification.ok ? 200 : verification.challenge.status;
}

async function end(claim: string, value: string, until = Infinity): Promise<void> {
  const name = await endedName(claim, value);
  server.ends =
    claim === 'jti'
      ? { ...server.ends, tokens: server.ends.tokens + name }
      : {
          ...server.ends,
          principals: { ...server.ends.principals, [name]: until === Infinity ? now + 30 : until },
        };
}

describe('a token that its issuer ended', () => {
  it.each([
    ['by its id', 'jti', 'one'],
    ['with its client', 'client_id', 'planner-client'],
    ['with its agent', 'agent_id', 'planner'],
    ['with its resource', 'aud', resource],
  ])('%s is refused as invalid_token', async (_, claim, value) => {
    await end('jti', 'another');
    await end(claim, value);
    const verification = await aVerifier().verify(`Bearer ${token}`);
    expect(verification).toMatchObject({
      ok: false,
      challenge: { status: 401, body: { error: 'invalid_token' } },
    });
  });

  it.each([
    ['another token', 'jti', 'two'],
    ['another client', 'client_id', 'planner'],
    ['another agent', 'agent_id', 'planner-client'],
    ['another resource', 'aud', `${resource}/`],
  ])('is no other: the end of %s changes nothing', async (_, claim, value) => {
    await end(claim, value);
    expect(await statusOf(aVerifier())).toBe(200);
  });

  it('counts again when its agent is back, and one issued after the end counts', async () => {
    await end('agent_id', 'planner', start - 1);
    expect(await statusOf(aVerifier())).toBe(200);
    await end('agent_id', 'planner', start);
    expect(await statusOf(aVerifier())).toBe(401);
    const later = await makeToken(key, server.issuer, start + 1);
    expect(await statusOf(aVerifier(), later)).toBe(200);
  });

  it('is refused with the grant of the person behind it, and with no other', async () => {
    const claims = { agent_id: undefined, sub: 'person.alice', grant_id: 'granted-once' };
    const ofPerson = await makeToken(key, server.issuer, now, { claims });
    await end('grant_id', 'granted-twice');
    expect(await statusOf(aVerifier(), ofPerson)).toBe(200);
    await end('grant_id', 'granted-once');
    expect(await statusOf(aVerifier(), ofPerson)).toBe(401);
    expect(await statusOf(aVerifier())).toBe(200);
  });

  it('is refused with its person where nobody granted it, and goes by the grant where somebody did', async () => {
    const vouched = await makeToken(key, server.issuer, now, {
      claims: { agent_id: undefined, sub: 'person.bob' },
    });
    const granted = await makeToken(key, server.issuer, now, {
      claims: { agent_id: undefined, sub: 'person.bob', grant_id: 'granted-by-bob' },
    });
    await end('sub', 'person.alice');
    expect(await statusOf(aVerifier(), vouched)).toBe(200);
    await end('sub', 'person.bob');
    expect([await statusOf(aVerifier(), vouched), await statusOf(aVerifier(), granted)]).toEqual([401, 200]);
  });

  it('is refused before its scope is looked at', async () => {
    await end('jti', 'one');
    const verification = await aVerifier().verify(`Bearer ${token}`, { scopes: ['admin'] });
    expect(verification).toMatchObject({ challenge: { status: 401 } });
  });

  it('without an agent is judged by the rest', async () => {
    await end('client_id', 'planner-client');
    const bare = await makeToken(key, server.issuer, now, { claims: { agent_id: undefined } });
    expect(await statusOf(aVerifier(), bare)).toBe(401);
  });
});

describe('the feed of ends', () => {
  it('is asked for when a good token comes, once for many, and not for bad ones', async () => {
    const verifier = aVerifier();
    expect(await statusOf(verifier, 'garbage')).toBe(401);
    expect(await statusOf(verifier, await makeToken(key, server.issuer, now, { claims: { aud: 'x' } }))).toBe(
      401,
    );
    expect(server.endsRequests).toBe(0);
    await Promise.all(Array.from({ length: 20 }, () => statusOf(verifier)));
    expect(server.endsRequests).toBe(1);
    now = start + 9;
    await statusOf(verifier);
    expect(server.endsRequests).toBe(1);
  });

  it('is renewed aside from ten seconds on, and waited for from twenty on', async () => {
    const verifier = aVerifier();
    await statusOf(verifier);
    await end('jti', 'one');
    now = start + 20;
    expect(await statusOf(verifier)).toBe(401);
    expect(server.endsRequests).toBe(2);
  });

  it('is not asked more often because a cache serves an old edition', async () => {
    const cached = await server.edition();
    server.edition = () => Promise.resolve(cached);
    const verifier = aVerifier();
    now = start + 20;
    await statusOf(verifier);
    await Promise.all(Array.from({ length: 20 }, () => statusOf(verifier)));
    expect(server.endsRequests).toBe(1);
    now = start + 22;
    await statusOf(verifier);
    expect(server.endsRequests).toBe(2);
  });

  it('is not gone back to from a newer edition to an older', async () => {
    const old = await server.edition();
    now = start + 5;
    await end('jti', 'one');
    const verifier = aVerifier();
    expect(await statusOf(verifier)).toBe(401);
    server.edition = () => Promise.resolve(old);
    now = start + 26;
    expect(await statusOf(verifier)).toBe(401);
    now = start + 100;
    expect(await statusOf(verifier)).toBe(401);
  });

  const forged: [string, () => Promise<EditionChanges>][] = [
    ['is signed by somebody else', async () => ({ key: await makeKey('first') })],
    ['is signed by a key that nobody publishes', async () => ({ key: await makeKey('other') })],
    ['is of another issuer', () => Promise.resolve({ claims: { iss: 'https://evil.example' } })],
    ['is typed as an access token', () => Promise.resolve({ header: { typ: 'at+jwt' } })],
    ['has no type', () => Promise.resolve({ header: { typ: undefined } })],
    ['has no time', () => Promise.resolve({ claims: { iat: undefined } })],
    ['never expires', () => Promise.resolve({ claims: { exp: undefined } })],
    ['has expired', () => Promise.resolve({ claims: { iat: start - 31, exp: start - 1 } })],
    ['is from the future', () => Promise.resolve({ claims: { iat: start + 31, exp: start + 61 } })],
    ['has no ends', () => Promise.resolve({ claims: { ends: undefined } })],
    [
      'has ends that are none',
      () => Promise.resolve({ claims: { ends: { tokens: 'short', principals: {} } } }),
    ],
    ['has no principals', () => Promise.resolve({ claims: { ends: { tokens: '', principals: null } } })],
    [
      'has times that are none',
      () => Promise.resolve({ claims: { ends: { tokens: '', principals: { a: '1' } } } }),
    ],
  ];
  it.each(forged)('is not believed when it %s', async (_, changes) => {
    const edition = await makeEdition(key, server, now, await changes());
    server.edition = () => Promise.resolve(edition);
    expect(await statusOf(aVerifier())).toBe(503);
    expect(await statusOf(aVerifier({ ends: 'preferred' }))).toBe(200);
  });

  it.each(['', 'garbage', 'a.b.c', '<html>'])('is not believed when it is %j', async (text) => {
    server.edition = () => Promise.resolve(text);
    expect(await statusOf(aVerifier())).toBe(503);
  });
});

describe('while the feed of ends cannot be had', () => {
  beforeEach(() => {
    server.endsStatus = 503;
  });

  it('a token that is good otherwise is answered 503 with Retry-After, and the next try works', async () => {
    const verifier = aVerifier();
    const verification = await verifier.verify(`Bearer ${token}`);
    expect(verification).toMatchObject({
      challenge: {
        status: 503,
        headers: { 'retry-after': '5' },
        body: {
          error: 'temporarily_unavailable',
          error_description: 'The ended tokens of the issuer cannot be read now',
        },
      },
    });
    server.endsStatus = 200;
    expect(await statusOf(verifier)).toBe(503);
    now = start + 5;
    expect(await statusOf(verifier)).toBe(200);
  });

  it('the last edition decides for thirty seconds, and not longer', async () => {
    server.endsStatus = 200;
    const verifier = aVerifier();
    await statusOf(verifier);
    server.endsStatus = 503;
    now = start + 29;
    expect(await statusOf(verifier)).toBe(200);
    now = start + 30;
    expect(await statusOf(verifier)).toBe(503);
  });

  it('what was ended stays ended, and the rest is taken by a verifier that prefers to serve', async () => {
    await end('jti', 'one');
    server.endsStatus = 200;
    const verifier = aVerifier({ ends: 'preferred' });
    expect(await statusOf(verifier)).toBe(401);
    server.endsStatus = 503;
    now = start + 600;
    expect(await statusOf(verifier)).toBe(401);
    const other = await makeToken(key, server.issuer, start, { claims: { jti: 'two' } });
    expect(await statusOf(verifier, other)).toBe(200);
  });

  it('nobody asks where it is off', async () => {
    expect(await statusOf(aVerifier({ ends: 'off' }))).toBe(200);
    expect(server.endsRequests).toBe(0);
  });

  it('a verifier that slept over its question asks again', async () => {
    let asked = 0;
    const verifier = aVerifier({
      fetch: (url, init) => {
        if (!url.endsWith('/ends')) return fetch(url, init);
        asked += 1;
        return asked === 1 ? new Promise(() => undefined) : server.edition().then((jwt) => new Response(jwt));
      },
    });
    void statusOf(verifier);
    await expect.poll(() => asked).toBe(1);
    now = start + 600;
    expect(await statusOf(verifier)).toBe(200);
  });
});

describe('the address of the feed', () => {
  it('is the issuer’s unless it is named, and https as any', async () => {
    await end('jti', 'one');
    const elsewhere = aVerifier({ endsUri: `${server.issuer}/elsewhere` });
    expect(await statusOf(elsewhere)).toBe(503);
    const issuer = 'https://auth.example.com';
    expect(() => createVerifier({ issuer, resource, endsUri: 'http://auth.example.com/ends' })).toThrow(
      /endsUri/,
    );
  });
});
