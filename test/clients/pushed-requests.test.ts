import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drive } from '../spec/support/driver.ts';
import { registering } from '../spec/support/registering.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';

const redirectUri = 'https://app.example.com/callback';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.stop());

async function registered(
  method: 'none' | 'client_secret_basic',
): Promise<{ readonly id: string; readonly secret: string }> {
  const { status, text, body } = await registering(drive(company)).register({
    ...{ client_name: 'Planner', redirect_uris: [redirectUri] },
    ...{ token_endpoint_auth_method: method, require_pushed_authorization_requests: true },
  });
  if (status !== 201) throw new Error(text);
  return { id: String(body['client_id']), secret: String(body['client_secret']) };
}

/** The person's own part: resolves with the address that the client is called back at. */
function signedIn(authorizeUrl: URL): Promise<URL> {
  return createBrowser().signIn({ authorizeUrl, client: new URL(redirectUri) });
}

describe('openid-client', () => {
  it.each(['none', 'client_secret_basic'] as const)('pushes its requests (%s)', async (method) => {
    const { id, secret } = await registered(method);
    const config = await client.discovery(
      new URL(company.issuer),
      id,
      undefined,
      method === 'none' ? client.None() : client.ClientSecretBasic(secret),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      { execute: [client.allowInsecureRequests] },
    );
    const [verifier, state] = [client.randomPKCECodeVerifier(), client.randomState()];
    const authorizeUrl = await client.buildAuthorizationUrlWithPAR(config, {
      ...{ redirect_uri: redirectUri, scope: 'openid tools:read', state, resource: company.mcpUrl },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    expect([...authorizeUrl.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    const tokens = await client.authorizationCodeGrant(config, await signedIn(authorizeUrl), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      idTokenExpected: true,
    });
    expect(tokens.claims()?.aud).toBe(id);
  });

  it('is told what is wrong where it pushes', async () => {
    const { id } = await registered('none');
    const config = await client.discovery(new URL(company.issuer), id, undefined, client.None(), {
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      execute: [client.allowInsecureRequests],
    });
    const asked = { redirect_uri: redirectUri, scope: 'tools:read', resource: company.mcpUrl };
    await expect(client.buildAuthorizationUrlWithPAR(config, asked)).rejects.toMatchObject({
      error: 'invalid_request',
      error_description: 'code challenge required',
    });
  });
});

describe('oauth4webapi', () => {
  it('pushes its requests', async () => {
    const issuer = new URL(company.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...overLoopback }),
    );
    const { id, secret } = await registered('client_secret_basic');
    const [app, proof] = [{ client_id: id }, oauth.ClientSecretBasic(secret)];
    const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
    const pushed = await oauth.pushedAuthorizationRequest(
      server,
      app,
      proof,
      {
        ...{ response_type: 'code', redirect_uri: redirectUri, state },
        ...{ scope: 'tools:read', resource: company.mcpUrl, code_challenge_method: 'S256' },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      },
      overLoopback,
    );
    const { request_uri, expires_in } = await oauth.processPushedAuthorizationResponse(server, app, pushed);
    expect(expires_in).toBe(90);
    const authorizeUrl = new URL(server.authorization_endpoint ?? '');
    authorizeUrl.search = new URLSearchParams({ client_id: id, request_uri }).toString();
    const answer = oauth.validateAuthResponse(server, app, await signedIn(authorizeUrl), state);
    const response = await oauth.authorizationCodeGrantRequest(
      ...([server, app, proof, answer, redirectUri, verifier, overLoopback] as const),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, app, response);
    expect(tokens.token_type).toBe('bearer');
  });
});
