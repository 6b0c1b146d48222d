import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMcpServer, type RunningMcpServer } from '../../local/demo/mcp-server.ts';
import { demoEndpoints } from '../../local/demo/tools.ts';
import { connect } from '../../local/demo/walk/mcp-client.ts';
import { config as example } from '../../vestibule.config.ts';
import { drive } from '../spec/support/driver.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let deployment: TestDeployment;
let resource: string;

beforeAll(async () => {
  const config = { ...example, signing: { mode: 'envelope', algorithm: 'ES256' } } as const;
  deployment = await startDeployment({ config });
  resource = example.resources.find(({ id }) => id === 'demo')?.uri ?? '';
});
afterAll(() => deployment.stop());

describe('beside a deployment that signs ES256', () => {
  it('jose and openid-client get and verify a token', async () => {
    const config = await openid.discovery(
      new URL(deployment.issuer),
      'planner-client',
      undefined,
      openid.ClientSecretBasic(await deployment.secretOf('planner-client')),
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
      { execute: [openid.allowInsecureRequests] },
    );
    const token = await openid.clientCredentialsGrant(config, { resource });
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const { payload } = await jwtVerify(token.access_token, keys, {
      ...{ issuer: deployment.issuer, audience: resource, typ: 'at+jwt' },
      algorithms: ['ES256'],
    });
    expect(payload['client_id']).toBe('planner-client');
  });

  it('oauth4webapi validates a token as a resource server, and introspects it', async () => {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    const overLoopback = { [oauth.allowInsecureRequests]: true } as const;
    const issuer = new URL(deployment.issuer);
    const discovered = await oauth.discoveryRequest(issuer, overLoopback);
    const server = await oauth.processDiscoveryResponse(issuer, discovered);
    const [client, asker] = [{ client_id: 'planner-client' }, { client_id: 'demo-server' }];
    const granted = await oauth.clientCredentialsGrantRequest(
      ...([server, client, oauth.ClientSecretBasic(await deployment.secretOf('planner-client'))] as const),
      ...([{ resource }, overLoopback] as const),
    );
    const { access_token: token } = await oauth.processClientCredentialsResponse(server, client, granted);
    const request = new Request(resource, { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, resource, overLoopback);
    expect(claims).toMatchObject({ agent_id: 'planner', aud: resource });
    const asServer = oauth.ClientSecretBasic(await deployment.secretOf('demo-server'));
    const asked = await oauth.introspectionRequest(server, asker, asServer, token, {
      ...overLoopback,
      requestJwtResponse: true,
    });
    const answer = await oauth.processIntrospectionResponse(server, asker, asked);
    await oauth.validateApplicationLevelSignature(server, asked, overLoopback);
    expect(answer).toMatchObject({ active: true, aud: resource });
  });

  it('the MCP TypeScript SDK calls a tool', async () => {
    const operator = drive(deployment);
    const mcp = await startMcp();
    const url = `${mcp.origin}/mcp`;
    const scopes = [{ name: 'tools:read', description: 'List and read' }];
    await operator.register('resources', {
      id: 'orders',
      uri: url,
      kind: 'mcp-server',
      name: 'Orders',
      scopes,
    });
    const catalogue = [{ resource: url, required: ['tools:read'] }];
    await operator.register('agents', { id: 'buyer', name: 'Buyer', owner: 'buying@example.com', catalogue });
    const { client_secret: clientSecret } = await operator.register('clients', {
      ...{ client_id: 'buyer-client', client_name: 'Buyer', agent_id: 'buyer' },
      ...{ grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
    });
    const provider = new ClientCredentialsProvider({
      ...{ clientId: 'buyer-client', clientSecret: String(clientSecret) },
      expectedIssuer: deployment.issuer,
    });
    const session = await connect(url, provider, fetch);
    expect(await session.call('list_orders')).toMatch(/asked by buyer\)$/);
    await session.close();
    await mcp.stop();
  });
});

function startMcp(): Promise<RunningMcpServer> {
  return startMcpServer({
    ...{ issuer: deployment.issuer, port: 0, endpoints: demoEndpoints },
    log: (line) => {
      throw new Error(line);
    },
  });
}
