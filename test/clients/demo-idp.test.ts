import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as client from 'openid-client';
import { startIdp } from '../../local/demo/idp.ts';
import { createBrowser } from '../support/browser-player.ts';

const vestibule = 'http://localhost:9400';
const clientSecret = 'a-secret-of-the-demo-identity-provider';
const log: string[] = [];
let idp: { readonly port: number; readonly stop: () => Promise<void> };
let config: client.Configuration;

beforeAll(async () => {
  const port = 20_000 + (process.pid % 20_000);
  idp = await startIdp({ issuer: vestibule, clientSecret, port, log: (line) => log.push(line) });
  config = await client.discovery(
    new URL(`http://localhost:${idp.port}`),
    'vestibule',
    clientSecret,
    undefined,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    { execute: [client.allowInsecureRequests] },
  );
});
afterAll(() => idp.stop());

describe('the demo identity provider', () => {
  it.each([
    ['alice', 'Alice Adams', ['engineering', 'admins']],
    ['bob', 'Bob Brown', ['support']],
  ])('signs %s in through its page and tells her or his groups', async (user, name, groups) => {
    const verifier = client.randomPKCECodeVerifier();
    const nonce = client.randomNonce();
    const authorizeUrl = client.buildAuthorizationUrl(config, {
      redirect_uri: `${vestibule}/callback/demo`,
      scope: 'openid profile email groups',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce,
    });
    const back = await createBrowser().signIn({ authorizeUrl, idp: name });
    const tokens = await client.authorizationCodeGrant(config, back, {
      pkceCodeVerifier: verifier,
      expectedNonce: nonce,
    });
    expect(tokens.claims()).toMatchObject({ sub: user, name, groups, email: `${user}@example.com` });
  });

  it('lets nobody in who left the company, until they are back', async () => {
    const directory = `http://localhost:${idp.port}/directory/bob`;
    const employed = (answer: string): Promise<Response> =>
      fetch(directory, { method: 'POST', body: new URLSearchParams({ employed: answer }) });
    const signIn = async (): Promise<URL> =>
      createBrowser().signIn({
        authorizeUrl: client.buildAuthorizationUrl(config, {
          redirect_uri: `${vestibule}/callback/demo`,
          scope: 'openid',
          code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
          code_challenge_method: 'S256',
        }),
        idp: 'Bob Brown',
      });
    expect((await employed('perhaps')).status).toBe(400);
    await employed('no');
    await expect(signIn()).rejects.toThrow('stranded');
    await employed('yes');
    expect((await signIn()).searchParams.has('code')).toBe(true);
  });

  it('remembers after an outage whom it signed in before', async () => {
    const [verifier, settings] = [client.randomPKCECodeVerifier(), `http://localhost:${idp.port}/settings`];
    const authorizeUrl = client.buildAuthorizationUrl(config, {
      redirect_uri: `${vestibule}/callback/demo`,
      scope: 'openid',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await createBrowser().signIn({ authorizeUrl, idp: 'Bob Brown' });
    const first = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    const refreshed = (token = '') => client.refreshTokenGrant(config, token);
    const set = (wrong: string): Promise<Response> =>
      fetch(settings, { method: 'POST', body: new URLSearchParams({ wrong }) });
    await set('down');
    await expect(refreshed(first.refresh_token)).rejects.toMatchObject({ cause: { status: 503 } });
    await set('nothing');
    const second = await refreshed(first.refresh_token);
    await set('client-id');
    await set('nothing');
    await expect(refreshed(second.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('answers without a fault', () => {
    expect(log).toEqual([]);
  });
});
