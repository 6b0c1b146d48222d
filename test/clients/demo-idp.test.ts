import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as client from 'openid-client';
import { startIdp } from '../../local/demo/idp.ts';

const vestibule = 'http://localhost:9400';
const log: string[] = [];
let idp: { readonly port: number; readonly stop: () => Promise<void> };
let config: client.Configuration;

beforeAll(async () => {
  const port = 20_000 + (process.pid % 20_000);
  idp = await startIdp({ issuer: vestibule, port, log: (line) => log.push(line) });
  config = await client.discovery(
    new URL(`http://localhost:${idp.port}`),
    'vestibule',
    'demo-idp-loopback-only',
    undefined,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    { execute: [client.allowInsecureRequests] },
  );
});
afterAll(() => idp.stop());

/** A browser, as far as signing in needs one: it keeps cookies and follows redirects within the IdP. */
async function signIn(user: string, url: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = url;
  for (let hop = 0; hop < 10; hop += 1) {
    const post = next.pathname.startsWith('/login/');
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(post ? { method: 'POST', body: new URLSearchParams({ user }) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${next.href}: ${response.status} ${await response.text()}`);
    next = new URL(location, next);
    if (next.origin === vestibule) return next;
  }
  throw new Error('never came back');
}

describe('the demo identity provider', () => {
  it.each([
    ['alice', 'Alice Adams', ['engineering', 'admins']],
    ['bob', 'Bob Brown', ['support']],
  ])('signs %s in through its page and tells her or his groups', async (user, name, groups) => {
    const verifier = client.randomPKCECodeVerifier();
    const nonce = client.randomNonce();
    const back = await signIn(
      user,
      client.buildAuthorizationUrl(config, {
        redirect_uri: `${vestibule}/callback/demo`,
        scope: 'openid profile email groups',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        nonce,
      }),
    );
    const tokens = await client.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
    });
    expect(tokens.claims()).toMatchObject({ sub: user, name, groups, email: `${user}@example.com` });
  });

  it('answers without a fault', () => {
    expect(log).toEqual([]);
  });
});
