import { generateKeyPair, exportJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { config as example } from '../../vestibule.config.ts';
import { drive, type Driver } from '../spec/support/driver.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

// eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
const overLoopback = { [oauth.allowInsecureRequests]: true } as const;

let deployment: TestDeployment;
let operator: Driver;
let issuer: URL;
let server: oauth.AuthorizationServer;
let resource: string;

beforeAll(async () => {
  deployment = await startDeployment();
  operator = drive(deployment);
  issuer = new URL(deployment.issuer);
  server = await discover('oauth2');
  resource = example.resources.find(({ id }) => id === 'demo')?.uri ?? '';
});
afterAll(() => deployment.stop());

async function discover(algorithm: 'oauth2' | 'oidc'): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(issuer, { algorithm, ...overLoopback });
  return oauth.processDiscoveryResponse(issuer, response);
}

async function tokenFor(
  clientId: string,
  authentication: oauth.ClientAuth,
  parameters: Readonly<Record<string, string>> = {},
): Promise<oauth.TokenEndpointResponse> {
  const client = { client_id: clientId };
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    authentication,
    { resource, ...parameters },
    overLoopback,
  );
  return oauth.processClientCredentialsResponse(server, client, response);
}

async function claimsOf(token: oauth.TokenEndpointResponse): Promise<oauth.JWTAccessTokenClaims> {
  const request = new Request(resource, { headers: { authorization: `Bearer ${token.access_token}` } });
  return oauth.validateJwtAccessToken(server, request, resource, overLoopback);
}

describe('oauth4webapi', () => {
  it('discovers the same server by both algorithms', async () => {
    expect(await discover('oidc')).toEqual(server);
    expect(server.issuer).toBe(deployment.issuer);
  });

  it('gets a token by client_secret_basic and validates it as a resource server', async () => {
    const secret = await deployment.secretOf('planner-client');
    const token = await tokenFor('planner-client', oauth.ClientSecretBasic(secret));
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'tools:read' });
    expect(await claimsOf(token)).toMatchObject({
      iss: deployment.issuer,
      sub: 'planner-client',
      client_id: 'planner-client',
      aud: resource,
      agent_id: 'planner',
      scope: 'tools:read',
    });
  });

  it('gets a token by client_secret_post', async () => {
    const secret = await deployment.secretOf('analyst-client');
    const token = await tokenFor('analyst-client', oauth.ClientSecretPost(secret));
    expect(await claimsOf(token)).toMatchObject({ client_id: 'analyst-client', agent_id: 'analyst' });
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('gets a token by private_key_jwt with %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const clientId = `keyed-${alg.toLowerCase()}`;
    await operator.register('clients', {
      client_id: clientId,
      client_name: 'Keyed',
      agent_id: 'planner',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', use: 'sig' }] },
    });
    const authentication = oauth.PrivateKeyJwt({ key: privateKey, kid: 'one' });
    const token = await tokenFor(clientId, authentication);
    expect(await claimsOf(token)).toMatchObject({ client_id: clientId, agent_id: 'planner' });
  });

  it('understands each refusal', async () => {
    const secret = await deployment.secretOf('planner-client');
    const basic = oauth.ClientSecretBasic(secret);
    const refused = async (pending: Promise<unknown>): Promise<unknown> => {
      const error = await pending.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return error instanceof oauth.ResponseBodyError ? [error.status, error.error] : error;
    };
    expect(await refused(tokenFor('planner-client', basic, { scope: 'admin' }))).toEqual([
      400,
      'invalid_scope',
    ]);
    expect(
      await refused(tokenFor('planner-client', basic, { resource: 'https://other.example/mcp' })),
    ).toEqual([400, 'invalid_target']);
    const wrong = await tokenFor('planner-client', oauth.ClientSecretBasic('wrong')).catch(
      (error: unknown) => error,
    );
    expect(wrong).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
    expect(wrong).toMatchObject({ status: 401 });
  });

  it('introspects a token as the server of its resource, and revokes it as its client', async () => {
    const [demoServer, planner] = [{ client_id: 'demo-server' }, { client_id: 'planner-client' }];
    const asServer = oauth.ClientSecretBasic(await deployment.secretOf('demo-server'));
    const asPlanner = oauth.ClientSecretBasic(await deployment.secretOf('planner-client'));
    const { access_token: token } = await tokenFor('planner-client', asPlanner);
    const introspected = async (): Promise<oauth.IntrospectionResponse> => {
      const asked = await oauth.introspectionRequest(server, demoServer, asServer, token, overLoopback);
      return oauth.processIntrospectionResponse(server, demoServer, asked);
    };
    expect(await introspected()).toMatchObject({ active: true, aud: resource, agent_id: 'planner' });
    const signed = { ...overLoopback, requestJwtResponse: true };
    const answer = await oauth.introspectionRequest(server, demoServer, asServer, token, signed);
    const processed = await oauth.processIntrospectionResponse(server, demoServer, answer);
    await oauth.validateApplicationLevelSignature(server, answer, overLoopback);
    expect(processed).toEqual(await introspected());
    const revoked = await oauth.revocationRequest(server, planner, asPlanner, token, overLoopback);
    await oauth.processRevocationResponse(revoked);
    expect(await introspected()).toEqual({ active: false });
  });

  it('refuses a token of another resource', async () => {
    const secret = await deployment.secretOf('planner-client');
    const analyst = new URL('/agents/analyst', resource).href;
    const token = await tokenFor('planner-client', oauth.ClientSecretBasic(secret), {
      resource: analyst,
      scope: 'ask',
    });
    await expect(claimsOf(token)).rejects.toThrow(/aud/);
  });
});
