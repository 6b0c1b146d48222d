import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drive } from '../spec/support/driver.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';

const redirectUri = 'https://app.example.com/callback';
const scope = 'openid profile email offline_access tools:read';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.stop());

async function registered(method: 'none' | 'client_secret_basic'): Promise<{
  readonly client_id: string;
  readonly client_secret?: string;
}> {
  const { status, text, body } = await drive(company).send('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Planner',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: method,
    }),
  });
  if (status !== 201) throw new Error(text);
  return body as unknown as { client_id: string; client_secret?: string };
}

describe('openid-client', () => {
  it.each(['none', 'client_secret_basic'] as const)(
    'signs a person in, knows who it is, and stays signed in (%s)',
    async (method) => {
      const { client_id, client_secret } = await registered(method);
      const config = await client.discovery(
        new URL(company.issuer),
        client_id,
        undefined,
        client_secret === undefined ? client.None() : client.ClientSecretBasic(client_secret),
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
        { execute: [client.allowInsecureRequests] },
      );
      const [verifier, nonce, state] = [
        client.randomPKCECodeVerifier(),
        client.randomNonce(),
        client.randomState(),
      ];
      const back = await createBrowser().signIn({
        authorizeUrl: client.buildAuthorizationUrl(config, {
          ...{ redirect_uri: redirectUri, scope, nonce, state, resource: company.mcpUrl },
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          max_age: '3600',
        }),
        user: 'alice',
      });
      const tokens = await client.authorizationCodeGrant(config, back, {
        pkceCodeVerifier: verifier,
        expectedNonce: nonce,
        expectedState: state,
        idTokenExpected: true,
        maxAge: 3600,
      });
      const claims = tokens.claims();
      expect(claims).toMatchObject({
        iss: company.issuer,
        aud: client_id,
        name: 'Alice Adams',
        email: 'alice@example.com',
        email_verified: true,
      });
      expect(claims?.sub).toMatch(/^person\.[\w-]{43}$/);
      expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: company.mcpUrl, sub: claims?.sub });

      const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
      await client.tokenRevocation(config, refreshed.refresh_token ?? '');
      await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    },
  );

  it('is told what the person said when they said no', async () => {
    const { client_id } = await registered('none');
    const config = await client.discovery(new URL(company.issuer), client_id, undefined, client.None(), {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      execute: [client.allowInsecureRequests],
    });
    const verifier = client.randomPKCECodeVerifier();
    const back = await createBrowser().signIn({
      authorizeUrl: client.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'tools:read', resource: company.mcpUrl },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
      decision: 'deny',
    });
    await expect(
      client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier }),
    ).rejects.toMatchObject({ error: 'access_denied' });
  });
});

describe('oauth4webapi', () => {
  it('signs a person in for their own claims alone, and reads them', async () => {
    const issuer = new URL(company.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...overLoopback }),
    );
    const { client_id } = await registered('none');
    const [verifier, state, nonce] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
    ];
    const authorizeUrl = new URL(server.authorization_endpoint ?? '');
    authorizeUrl.search = new URLSearchParams({
      ...{ client_id, response_type: 'code', redirect_uri: redirectUri, state, nonce },
      scope: 'openid profile email',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString();
    const back = await createBrowser().signIn({ authorizeUrl, user: 'bob' });
    const answer = oauth.validateAuthResponse(server, { client_id }, back, state);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, { client_id }, oauth.None(), answer, redirectUri, verifier, overLoopback] as const),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, { client_id }, response, {
      expectedNonce: nonce,
      requireIdToken: true,
    });
    await oauth.validateApplicationLevelSignature(server, response, overLoopback);
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    const info = await oauth.processUserInfoResponse(
      server,
      { client_id },
      claims?.sub ?? '',
      await oauth.userInfoRequest(server, { client_id }, tokens.access_token, overLoopback),
    );
    expect(info).toMatchObject({ name: 'Bob Brown', email: 'bob@example.com', email_verified: true });
  });
});
