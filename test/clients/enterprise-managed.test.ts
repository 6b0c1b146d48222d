import { Client, CrossAppAccessProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssertedOffice, startAssertedOffice } from '../spec/support/asserted-office.ts';

let office: AssertedOffice;

beforeAll(async () => {
  office = await startAssertedOffice();
});

afterAll(async () => {
  await office.stop();
});

async function tool(name: string, claims: object): Promise<string> {
  const provider = new CrossAppAccessProvider({
    // What the identity provider of the company would issue for what the SDK found out.
    assertion: ({ authorizationServerUrl, resourceUrl, scope }) =>
      office.idJag({
        claims: {
          ...{ aud: authorizationServerUrl, resource: resourceUrl },
          ...(scope === undefined ? {} : { scope }),
          ...claims,
        },
      }),
    ...{ clientId: 'chat', clientSecret: await office.deployment.secretOf('chat') },
    expectedIssuer: office.deployment.issuer,
  });
  const client = new Client({ name: 'chat', version: '1.0.0' });
  const url = new URL(office.deployment.mcpUrl);
  await client.connect(new StreamableHTTPClientTransport(url, { authProvider: provider }));
  const { content } = await client.callTool({ name, arguments: {} });
  await client.close();
  const [first] = content as readonly { readonly text?: string }[];
  return first?.text ?? '';
}

describe('the cross-app access of the MCP TypeScript SDK', () => {
  it('gets from the URL of a server to a tool call without a page', async () => {
    expect(await tool('list_orders', { groups: ['engineering'] })).toContain('asked by');
  });

  it('is told why where the assertion is for somebody else', async () => {
    await expect(tool('list_orders', { client_id: 'other' })).rejects.toThrow(
      'was issued to another client than the one that presents it',
    );
  });
});
