import { randomBytes } from 'node:crypto';
import {
  ClientCredentialsProvider,
  PrivateKeyJwtProvider,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMcpServer, type RunningMcpServer } from '../../local/demo/mcp-server.ts';
import { demoEndpoints } from '../../local/demo/tools.ts';
import { connect } from '../../local/demo/walk/mcp-client.ts';
import { recordingFetch, type Exchange } from '../../local/demo/walk/wire.ts';
import { drive, type Driver } from '../spec/support/driver.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let deployment: TestDeployment;
let operator: Driver;
let mcp: RunningMcpServer;
let url: string;

beforeAll(async () => {
  deployment = await startDeployment();
  operator = drive(deployment);
  mcp = await startMcpServer({
    issuer: deployment.issuer,
    port: 0,
    endpoints: demoEndpoints,
    log: (line) => {
      throw new Error(line);
    },
  });
  url = `${mcp.origin}/mcp`;
  await operator.register('resources', {
    id: 'orders',
    uri: url,
    kind: 'mcp-server',
    name: 'Orders',
    scopes: [
      { name: 'tools:read', description: 'List and read' },
      { name: 'tools:write', description: 'Change things' },
    ],
  });
  await operator.register('agents', {
    id: 'buyer',
    name: 'Buyer',
    owner: 'buying@example.com',
    catalogue: [{ resource: url, required: ['tools:read'], optional: ['tools:write'] }],
  });
});
afterAll(async () => {
  await mcp.stop();
  await deployment.stop();
});

async function secretProvider(scope?: string): Promise<ClientCredentialsProvider> {
  const clientId = `buyer-${randomBytes(4).toString('hex')}`;
  const { client_secret: clientSecret } = await operator.register('clients', {
    client_id: clientId,
    client_name: 'Buyer',
    agent_id: 'buyer',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
  });
  return new ClientCredentialsProvider({
    clientId,
    clientSecret: String(clientSecret),
    expectedIssuer: deployment.issuer,
    ...(scope === undefined ? {} : { scope }),
  });
}

function record(): {
  readonly fetch: ReturnType<typeof recordingFetch>;
  readonly lines: () => readonly string[];
} {
  const exchanges: Exchange[] = [];
  return {
    fetch: recordingFetch((exchange) => exchanges.push(exchange)),
    lines: () =>
      exchanges.map(({ request, response }) => `${request.method} ${request.url} ${response.status}`),
  };
}

describe('the MCP TypeScript SDK', () => {
  it('finds its way from the URL of a server to a tool call', async () => {
    const wire = record();
    const session = await connect(url, await secretProvider(), wire.fetch);
    expect(await session.call('list_orders')).toMatch(/asked by buyer\)$/);
    await session.close();
    expect(wire.lines().slice(0, 5)).toEqual([
      `POST ${url} 401`,
      `GET ${mcp.origin}/.well-known/oauth-protected-resource/mcp 200`,
      `GET ${deployment.issuer}/.well-known/oauth-authorization-server 200`,
      `POST ${deployment.issuer}/token 200`,
      `POST ${url} 200`,
    ]);
  });

  it.each(['ES256', 'RS256', 'PS256', 'EdDSA'])('proves itself with a key (%s)', async (algorithm) => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const clientId = `keyed-${algorithm.toLowerCase()}`;
    await operator.register('clients', {
      client_id: clientId,
      client_name: 'Keyed',
      agent_id: 'buyer',
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: algorithm, use: 'sig' }] },
    });
    const privatePem = await exportPKCS8(privateKey);
    const provider = new PrivateKeyJwtProvider({
      clientId,
      // The SDK takes PEM for RSA and EC keys only.
      privateKey: algorithm === 'EdDSA' ? { ...(await exportJWK(privateKey)) } : privatePem,
      algorithm,
      expectedIssuer: deployment.issuer,
    });
    const session = await connect(url, provider, fetch);
    expect(await session.call('list_orders')).toMatch(/asked by buyer\)$/);
    await session.close();
  });

  it('is refused a tool whose scope it did not ask for, once and for good', async () => {
    const wire = record();
    const session = await connect(url, await secretProvider(), wire.fetch);
    const refusal: unknown = await session
      .call('cancel_order', { order: 'B-4' })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StreamableHTTPError);
    expect(refusal).toMatchObject({ code: 403 });
    expect(wire.lines().filter((line) => line === `POST ${url} 403`)).toHaveLength(2);
    await session.close();
  });

  it('may use that tool when it asks for the scope', async () => {
    const session = await connect(url, await secretProvider('tools:read tools:write'), fetch);
    expect(await session.call('cancel_order', { order: 'B-4' })).toBe('B-4 is cancelled (asked by buyer)');
    await session.close();
  });

  it('cannot discover a server that left the registry', async () => {
    const provider = await secretProvider();
    const removed = await operator.admin('DELETE', 'resources/orders');
    expect(removed.status).toBe(204);
    operator.letCachesExpire();
    const wire = record();
    await expect(connect(url, provider, wire.fetch)).rejects.toThrow();
    expect(wire.lines()).toContain(`GET ${mcp.origin}/.well-known/oauth-protected-resource/mcp 404`);
    expect(wire.lines()).not.toContain(`POST ${deployment.issuer}/token 200`);
  });
});
