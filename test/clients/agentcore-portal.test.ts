import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, basic, drive, type Driver } from '../spec/support/driver.ts';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';

/** Where AgentCore Identity takes people back to; the deployment registers it with the credential provider. */
const callbackUrl =
  'https://bedrock-agentcore.us-east-1.amazonaws.com/identities/oauth2/callback/6f1c0a7b-2d48-4191-9c3e-5b7d1e8f9a02';
const clientId = 'analyst-portal';

let company: Company;
let server: Driver;
let authorization: { readonly authorization: string };

beforeAll(async () => {
  company = await startCompany({
    change: (config) => ({
      ...config,
      clients: [
        ...config.clients,
        {
          id: clientId,
          name: 'Analyst',
          agent: 'analyst',
          authentication: { method: 'client_secret_basic' },
          redirectUris: [callbackUrl],
        },
      ],
    }),
  });
  server = drive(company);
  authorization = basic(clientId, await company.secretOf(clientId));
});
afterAll(() => company.stop());

/** As AgentCore asks where `oauth2Flow` is `USER_FEDERATION`. */
async function federate(scope: string): Promise<Answer> {
  const { body: metadata } = await server.get('/.well-known/openid-configuration');
  const [verifier, state] = [randomBytes(32).toString('base64url'), randomBytes(24).toString('base64url')];
  const authorizeUrl = new URL(String(metadata['authorization_endpoint']));
  authorizeUrl.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: callbackUrl, scope, state },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const back = await createBrowser().signIn({ authorizeUrl, user: 'alice' });
  expect(back.searchParams.get('state')).toBe(state);
  return server.token(
    {
      ...{ grant_type: 'authorization_code', redirect_uri: callbackUrl, code_verifier: verifier },
      code: back.searchParams.get('code') ?? '',
    },
    authorization,
  );
}

describe('AgentCore Identity', () => {
  it('gets tokens in the name of a person, for the agent that asked', async () => {
    const { status, text, body } = await federate('openid profile email tools:read');
    expect(status, text).toBe(200);
    const { payload } = await jwtVerify(
      String(body['id_token']),
      createRemoteJWKSet(new URL(`${company.issuer}/.well-known/jwks.json`)),
      { issuer: company.issuer, audience: clientId },
    );
    expect(payload).toMatchObject({ name: 'Alice Adams', email: 'alice@example.com' });
    const token = decodeJwt(String(body['access_token']));
    expect(token).toMatchObject({
      ...{ aud: company.mcpUrl, agent_id: 'analyst', client_id: clientId, sub: payload.sub },
    });
    expect(String(token['scope']).split(' ')).toContain('tools:read');

    const refreshed = await server.token(
      { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) },
      authorization,
    );
    expect(refreshed.status, refreshed.text).toBe(200);
    expect(decodeJwt(String(refreshed.body['access_token']))).toMatchObject({ sub: payload.sub });
  });

  it('learns who the person is from the userinfo endpoint', async () => {
    const { body } = await federate('openid profile email');
    const info = await server.get('/userinfo', {
      authorization: `Bearer ${String(body['access_token'])}`,
    });
    expect(info.status, info.text).toBe(200);
    expect(info.body).toMatchObject({
      sub: decodeJwt(String(body['id_token'])).sub,
      ...{ name: 'Alice Adams', email: 'alice@example.com', email_verified: true },
    });
  });
});
