import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { decodeJwt, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  awsWebIdentity,
  clientSecretBasic,
  clientSecretPost,
  createAgent,
  TokenRefused,
  type Agent,
  type AgentOptions,
  type Fetch,
} from '../../lambdas/agent/index.ts';
import { recordingFetch, type Exchange } from '../../local/demo/walk/wire.ts';
import { untilRefused } from '../../local/demo/walk/until-refused.ts';
import { runAsRole } from '../spec/support/agent-role.ts';
import { startCompany, type Company } from '../support/company.ts';

let company: Company;
let secret: string;
let exchanges: Exchange[] = [];

beforeAll(async () => {
  company = await startCompany();
  secret = await company.secretOf('planner-client');
});
afterAll(() => company.stop());

const recorded = recordingFetch((exchange) => exchanges.push(exchange));

function planner(options: Partial<AgentOptions> = {}): Agent {
  exchanges = [];
  const client = clientSecretBasic('planner-client', secret);
  return createAgent({ issuer: company.issuer, client, fetch: recorded, ...options });
}

async function session(fetch: Fetch): Promise<Client> {
  const client = new Client({ name: 'planner', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(company.mcpUrl), { fetch }));
  return client;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: input });
  return (content as readonly { readonly text?: string }[])[0]?.text ?? '';
}

const wire = (): readonly string[] =>
  exchanges.map(({ request, response }) =>
    `${request.method} ${request.url} ${response.status}`.replace(new URL(company.mcpUrl).origin, ''),
  );
const tokenRequests = (): readonly Exchange[] =>
  exchanges.filter(({ request }) => request.url === `${company.issuer}/token`);

describe('an agent that loads the wrapper into the MCP SDK', () => {
  it('is told the URL of a server, and calls a tool there with one token', async () => {
    const client = await session(planner().fetch);
    expect(await call(client, 'list_orders')).toMatch(/asked by planner\)/);
    expect(wire().slice(0, 5)).toEqual([
      'POST /mcp 401',
      'GET /.well-known/oauth-protected-resource/mcp 200',
      `GET ${company.issuer}/.well-known/oauth-authorization-server 200`,
      `POST ${company.issuer}/token 200`,
      'POST /mcp 200',
    ]);
    expect(tokenRequests()).toHaveLength(1);
    await client.close();
  });

  it('gets a wider token where a tool needs more', async () => {
    const client = await session(planner().fetch);
    expect(await call(client, 'cancel_order', { order: 'B-4' })).toMatch(/^B-4 is cancelled/);
    expect(tokenRequests().map(({ request }) => new URLSearchParams(request.body).get('scope'))).toEqual([
      'tools:read',
      'tools:read tools:write',
    ]);
    await client.close();
  });

  it('has tokens of its key, with the nonces of the token endpoint', async () => {
    const agent = planner({ dpop: await generateKeyPair('ES256') });
    const client = await session(agent.fetch);
    expect(await call(client, 'list_orders')).toMatch(/asked by planner\)/);
    expect(tokenRequests().map(({ response }) => response.status)).toEqual([400, 200]);
    const { value, type } = await agent.token(company.mcpUrl);
    expect(type).toBe('DPoP');
    expect(decodeJwt(value)['cnf']).toEqual({ jkt: expect.any(String) as string });
    await client.close();
  });

  it('needs no secret under a role of AWS, and gets a fresh word of it for each token', async () => {
    const nightReporter = runAsRole(company.run, 'arn:aws:iam::000000000000:role/agents/night-reporter');
    const client = awsWebIdentity(() => nightReporter({ Audience: [company.issuer] }));
    const agent = planner({ client });
    expect(decodeJwt((await agent.token(company.mcpUrl)).value)['client_id']).toBe('night-reporter');
  });

  it('is refused in words where its secret is wrong, and they do not hold it', async () => {
    const client = clientSecretPost('analyst-client', 'canary-of-a-wrong-secret');
    const error: unknown = await planner({ client })
      .fetch(company.mcpUrl)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TokenRefused);
    expect(error).toMatchObject({ error: 'invalid_client' });
    expect(String(error)).not.toContain('canary');
  });

  it('is refused a target that it has no business with', async () => {
    const asked = planner().token('https://elsewhere.example.com/mcp');
    await expect(asked).rejects.toMatchObject({ name: 'TokenRefused', error: 'invalid_target' });
  });

  it('goes on with another token when its own was revoked', { timeout: 60_000 }, async () => {
    const agent = planner();
    const client = await session(agent.fetch);
    const { value } = await agent.token(company.mcpUrl);
    const revoked = await fetch(`${company.issuer}/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`planner-client:${secret}`)}` },
      body: new URLSearchParams({ token: value }),
    });
    expect(revoked.status).toBe(200);
    await untilRefused(company.mcpUrl, value);
    expect(await call(client, 'list_orders')).toMatch(/asked by planner\)/);
    expect((await agent.token(company.mcpUrl)).value).not.toBe(value);
    await client.close();
  });
});
