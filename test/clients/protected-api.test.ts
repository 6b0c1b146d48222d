import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../local/demo/walk/mcp-client.ts';
import { recordingFetch, type Exchange } from '../../local/demo/walk/wire.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await startDeployment({ app: 'protected-apis' });
});

afterAll(() => deployment.stop());

async function walk(guard: 'gate' | 'native'): Promise<readonly string[]> {
  const origin = deployment.run.outputs[guard] ?? '';
  const exchanges: Exchange[] = [];
  const provider = new ClientCredentialsProvider({
    clientId: 'buyer-client',
    clientSecret: await deployment.secretOf('buyer-client'),
    expectedIssuer: deployment.issuer,
  });
  const session = await connect(
    `${origin}/mcp`,
    provider,
    recordingFetch((exchange) => exchanges.push(exchange)),
  );
  expect(await session.call('list_orders')).toBe('no orders (asked by buyer)');
  await session.close();
  return exchanges.map(({ request, response }) =>
    `${request.method} ${request.url} ${response.status}`.replace(origin, ''),
  );
}

describe('the MCP TypeScript SDK', () => {
  it('walks from the 401 of a gate to a tool call', async () => {
    expect((await walk('gate')).slice(0, 5)).toEqual([
      'POST /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
      `GET ${deployment.issuer}/.well-known/oauth-authorization-server 200`,
      `POST ${deployment.issuer}/token 200`,
      'POST /mcp 200',
    ]);
  });

  it('finds the metadata without a challenge that names it, where API Gateway itself refuses', async () => {
    expect((await walk('native')).slice(0, 2)).toEqual([
      'POST /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
    ]);
  });
});
