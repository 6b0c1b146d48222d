import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { McpError, UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgent, clientSecretBasic } from '../../lambdas/agent/index.ts';
import { ExchangeError, urlElicitationRequired } from '../../lambdas/resource-server/index.ts';
import { verifies } from '../spec/verifies.ts';

const page = 'https://auth.example.com/connect/github?agent=planner&scope=issues.read';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A client of the MCP SDK, towards a server whose only tool does that. */
async function calling(work: () => Promise<string>): Promise<Client> {
  const server = new McpServer({ name: 'issues', version: '1.0.0' });
  server.registerTool('list_issues', { description: 'Lists issues' }, async () => {
    try {
      return { content: [{ type: 'text', text: await work() }] };
    } catch (error) {
      const required = urlElicitationRequired(error, { message: 'Connect GitHub' });
      throw required === undefined ? error : new McpError(required.code, required.message, required.data);
    }
  });
  const [ofClient, ofServer] = InMemoryTransport.createLinkedPair();
  const client = new Client(
    { name: 'ide', version: '1.0.0' },
    { capabilities: { elicitation: { url: {} } } },
  );
  await Promise.all([server.connect(ofServer), client.connect(ofClient)]);
  closing.push(() => client.close());
  return client;
}

async function outcomeOf(work: () => Promise<string>): Promise<unknown> {
  const client = await calling(work);
  return client.callTool({ name: 'list_issues', arguments: {} }).catch((error: unknown) => error);
}

/** An agent whose authorization server answers that. */
function agentTold(body: object) {
  return createAgent({
    issuer: 'https://auth.example.com',
    client: clientSecretBasic('planner', 'secret'),
    fetch: (url) =>
      Promise.resolve(
        url.includes('/.well-known/')
          ? Response.json({
              issuer: 'https://auth.example.com',
              token_endpoint: 'https://auth.example.com/token',
            })
          : Response.json(body, { status: 400 }),
      ),
  });
}

describe('a tool that only the person can let go on', () => {
  verifies(
    'vestibule:mcp-elicitation',
    'has the client of the MCP SDK open the page, by the error that the SDK knows for it',
    async () => {
      const agent = agentTold({ error: 'interaction_required', interaction_uri: page });
      const outcome = await outcomeOf(async () =>
        (await agent.onBehalfOf('received').thirdParty('github').fetch('/user')).text(),
      );
      expect(outcome).toBeInstanceOf(UrlElicitationRequiredError);
      expect((outcome as UrlElicitationRequiredError).code).toBe(-32_042);
      expect((outcome as UrlElicitationRequiredError).elicitations).toEqual([
        {
          ...{ mode: 'url', url: page, message: 'Connect GitHub' },
          elicitationId: expect.stringMatching(/^[\w-]{36}$/) as unknown,
        },
      ]);
    },
  );

  it('does so for what an MCP server exchanges itself', async () => {
    const outcome = await outcomeOf(() => {
      const told = { error: 'interaction_required', uri: page };
      return Promise.reject(new ExchangeError('interaction_required', 'https://x.example.com/', told));
    });
    expect(outcome).toMatchObject({ code: -32_042, data: { elicitations: [{ url: page }] } });
  });

  it.each([
    ['policy says no', { error: 'invalid_target' }],
    ['nobody says where', { error: 'interaction_required' }],
    [
      'the page is where anybody reads along',
      { error: 'interaction_required', interaction_uri: 'http://a.example.com/' },
    ],
    [
      'its client is to ask for the grant again',
      {
        error: 'interaction_required',
        claims: '{}',
        authorization_uri: 'https://auth.example.com/authorize',
      },
    ],
  ])('is a tool that failed where %s', async (_when, body) => {
    const outcome = await outcomeOf(async () =>
      (await agentTold(body).thirdParty('github').fetch('/user')).text(),
    );
    expect(outcome).toMatchObject({ isError: true });
  });
});

describe('the page of an elicitation', () => {
  it('is opened by an error with words of its own, each with an id of its own', () => {
    const told = { error: 'interaction_required', uri: page };
    const error = new ExchangeError('interaction_required', 'https://x.example.com/', told);
    const [first, second] = [urlElicitationRequired(error), urlElicitationRequired(error)];
    expect(first?.message).toMatch(/open this page/);
    expect(first?.data.elicitations[0]?.elicitationId).not.toBe(second?.data.elicitations[0]?.elicitationId);
  });

  it.each([undefined, 'no', new Error('no'), { error: 'interaction_required', uri: page }])(
    'is none of %s',
    (thrown) => {
      expect(urlElicitationRequired(thrown)).toBeUndefined();
    },
  );
});
