import { decodeJwt } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/browser-player.ts';
import { type Company, startCompany } from '../support/company.ts';
import { drive } from '../spec/support/driver.ts';

const redirectUri = 'https://app.example.com/callback';
const scope = 'openid email offline_access tools:read';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.stop());

async function configFor(clientId: string, authentication: client.ClientAuth): Promise<client.Configuration> {
  return client.discovery(new URL(company.issuer), clientId, undefined, authentication, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    execute: [client.allowInsecureRequests],
  });
}

async function registered(): Promise<string> {
  const { body } = await drive(company).send('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ client_name: 'Careful', redirect_uris: [redirectUri], dpop_bound_access_tokens: true },
      token_endpoint_auth_method: 'none',
    }),
  });
  expect(body['dpop_bound_access_tokens']).toBe(true);
  return String(body['client_id']);
}

/** Asks the demo server for its tools. */
const listTools = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const mcpHeaders = (): Headers =>
  new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });

describe('openid-client', () => {
  it('signs a person in with a key, from dpop_jkt to the tools, and stays signed in with that key alone', async () => {
    const config = await configFor(await registered(), client.None());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const jkt = await DPoP.calculateThumbprint();
    const signedIn = async (dpop_jkt: string) => {
      const verifier = client.randomPKCECodeVerifier();
      const back = await createBrowser().signIn({
        authorizeUrl: client.buildAuthorizationUrl(config, {
          ...{ redirect_uri: redirectUri, scope, resource: company.mcpUrl, dpop_jkt },
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
        user: 'alice',
      });
      const checks = { pkceCodeVerifier: verifier, idTokenExpected: true };
      return client.authorizationCodeGrant(config, back, checks, undefined, { DPoP });
    };
    const tokens = await signedIn(jkt);
    expect(tokens.token_type).toBe('dpop');
    expect(decodeJwt(tokens.access_token)['cnf']).toEqual({ jkt });

    const sub = tokens.claims()?.sub ?? '';
    const info = await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP });
    expect(info.email).toBe('alice@example.com');
    const url = new URL(company.mcpUrl);
    const [method, body] = ['POST', listTools] as const;
    const tools = await client.fetchProtectedResource(
      ...[config, tokens.access_token, url, method, body, mcpHeaders(), { DPoP }],
    );
    expect([tools.status, await tools.text()]).toEqual([200, expect.stringContaining('list_orders')]);

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    expect(decodeJwt(refreshed.access_token)['cnf']).toEqual({ jkt });
    const stolen = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const token = refreshed.refresh_token ?? '';
    const ofThief = client.refreshTokenGrant(config, token, undefined, { DPoP: stolen });
    await expect(ofThief).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(client.refreshTokenGrant(config, token)).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    });
    expect((await client.refreshTokenGrant(config, token, undefined, { DPoP })).token_type).toBe('dpop');

    await expect(signedIn(await stolen.calculateThumbprint())).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(signedIn('no-thumbprint')).rejects.toMatchObject({ error: 'invalid_request' });
  });

  it('pushes its request with a proof, and the code is of that key', async () => {
    const config = await configFor(await registered(), client.None());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const verifier = client.randomPKCECodeVerifier();
    const authorizeUrl = await client.buildAuthorizationUrlWithPAR(
      config,
      {
        ...{ redirect_uri: redirectUri, scope, resource: company.mcpUrl },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      },
      { DPoP },
    );
    const back = await createBrowser().signIn({ authorizeUrl, client: new URL(redirectUri) });
    const checks = { pkceCodeVerifier: verifier, idTokenExpected: true };
    const other = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const byOther = client.authorizationCodeGrant(config, back, checks, undefined, { DPoP: other });
    await expect(byOther).rejects.toMatchObject({ error: 'invalid_grant' });
    const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP });
    expect(tokens.token_type).toBe('dpop');
  });

  it('gets a machine its token, and a bearer of it gets nothing', async () => {
    const secret = await company.secretOf('planner-client');
    const config = await configFor('planner-client', client.ClientSecretBasic(secret));
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('EdDSA'));
    const tokens = await client.clientCredentialsGrant(config, { resource: company.mcpUrl }, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const headers = mcpHeaders();
    headers.set('authorization', `Bearer ${tokens.access_token}`);
    const refused = await fetch(company.mcpUrl, { method: 'POST', headers, body: listTools });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^DPoP error="invalid_token"/);
  });
});

describe('oauth4webapi', () => {
  it('gets a bound token, with the nonce that it is told, and presents it', async () => {
    const issuer = new URL(company.issuer);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...overLoopback }),
    );
    const planner = { client_id: 'planner-client' };
    const DPoP = oauth.DPoP({}, await oauth.generateKeyPair('ES256'));
    const authentication = oauth.ClientSecretBasic(await company.secretOf('planner-client'));
    const ask = async () => {
      const parameters = { resource: company.mcpUrl };
      const options = { DPoP, ...overLoopback };
      const asked = [server, planner, authentication, parameters, options] as const;
      const response = await oauth.clientCredentialsGrantRequest(...asked);
      return oauth.processClientCredentialsResponse(server, planner, response);
    };
    const refused: unknown = await ask().catch((error: unknown) => error);
    expect(oauth.isDPoPNonceError(refused)).toBe(true);
    const tokens = await ask();
    expect(tokens.token_type).toBe('dpop');
    const asked = [
      'POST',
      new URL(company.mcpUrl),
      mcpHeaders(),
      listTools,
      { DPoP, ...overLoopback },
    ] as const;
    const tools = await oauth.protectedResourceRequest(tokens.access_token, ...asked);
    expect(tools.status).toBe(200);
  });
});
