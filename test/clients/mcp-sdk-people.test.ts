import * as second from '@modelcontextprotocol/client';
import { auth } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishDocument } from '../../local/demo/walk/metadata-document.ts';
import { connect } from '../../local/demo/walk/mcp-client.ts';
import { personsClient, type PersonsClient } from '../../local/demo/walk/persons-client.ts';
import { type Browser, createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';

const redirectUri = 'http://127.0.0.1:49321/callback';
const metadata: OAuthClientMetadata = {
  client_name: 'Notebook',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

let company: Company;
let document: Awaited<ReturnType<typeof publishDocument>>;

beforeAll(async () => {
  company = await startCompany();
  document = await publishDocument(metadata, (line) => {
    throw new Error(line);
  });
});
afterAll(async () => {
  await document.stop();
  await company.stop();
});

interface Sdk {
  /** Lets the SDK get tokens as far as it can; `back` is where the browser came back to. */
  readonly authorize: (client: PersonsClient, back?: URL, scope?: string) => Promise<string>;
  readonly callTool: (client: PersonsClient, tool: string) => Promise<string>;
}

const first: Sdk = {
  authorize: ({ provider }, back, scope) => {
    const code = back?.searchParams.get('code');
    return auth(provider, {
      serverUrl: company.mcpUrl,
      ...(typeof code === 'string' && { authorizationCode: code }),
      ...(scope !== undefined && { scope }),
    });
  },
  callTool: async ({ provider }, tool) => {
    const session = await connect(company.mcpUrl, provider, fetch);
    return session.call(tool).finally(session.close);
  },
};

const next: Sdk = {
  authorize: ({ provider }, back, scope) => {
    const [code, iss] = ['code', 'iss'].map((name) => back?.searchParams.get(name));
    return second.auth(provider, {
      serverUrl: company.mcpUrl,
      ...(typeof code === 'string' && { authorizationCode: code }),
      ...(typeof iss === 'string' && { iss }),
      ...(scope !== undefined && { scope }),
    });
  },
  callTool: async ({ provider }, tool) => {
    const client = new second.Client({ name: 'notebook', version: '1.0.0' });
    const transport = new second.StreamableHTTPClientTransport(new URL(company.mcpUrl), {
      authProvider: provider,
    });
    await client.connect(transport);
    const { content } = await client.callTool({ name: tool, arguments: {} });
    await client.close();
    return JSON.stringify(content);
  },
};

async function signIn(sdk: Sdk, client: PersonsClient, browser: Browser, user: string): Promise<void> {
  const back = await browser.signIn({ authorizeUrl: client.authorizationUrl(), user });
  expect(await sdk.authorize(client, back)).toBe('AUTHORIZED');
}

/** SDK 2 adds `offline_access` to what it asks for, where the metadata names it. */
function grantedTo(client: PersonsClient): readonly string[] {
  const scopes = (client.tokens()?.scope ?? '').split(' ');
  return scopes.filter((scope) => scope !== 'offline_access').toSorted();
}

describe.each([
  ['SDK 1', first],
  ['SDK 2', next],
])('%s of MCP', (_, sdk) => {
  it.each([
    ['its metadata document', () => document.clientId],
    ['registering', () => undefined],
  ])('introduces itself by %s, signs a person in and refreshes', async (__, clientId) => {
    const client = personsClient(metadata, clientId());
    expect(await sdk.authorize(client)).toBe('REDIRECT');
    await signIn(sdk, client, createBrowser(), 'alice');
    expect(await sdk.callTool(client, 'list_orders')).toMatch(/asked by person\.[\w-]{43} through /);
    const before = client.tokens();
    expect(await sdk.authorize(client)).toBe('AUTHORIZED');
    expect(client.tokens()?.refresh_token).not.toBe(before?.refresh_token);
    expect(await sdk.callTool(client, 'list_orders')).toMatch(/open orders/);
  });

  it('is granted what the person holds of what it asks for', async () => {
    const client = personsClient(metadata);
    await sdk.authorize(client, undefined, 'tools:read tools:write');
    await signIn(sdk, client, createBrowser(), 'bob');
    expect(grantedTo(client)).toEqual(['tools:read']);
    await expect(sdk.callTool(client, 'cancel_order')).rejects.toThrow();
  });
});

describe('SDK 2 of MCP', () => {
  it('steps up when a tool needs a scope that it has not asked for', async () => {
    const client = personsClient(metadata);
    const browser = createBrowser();
    await next.authorize(client, undefined, 'tools:read');
    await signIn(next, client, browser, 'alice');
    expect(grantedTo(client)).toEqual(['tools:read']);
    await expect(next.callTool(client, 'cancel_order')).rejects.toThrow();
    const asked = client.authorizationUrl().searchParams.get('scope');
    expect(asked?.split(' ')).toEqual(expect.arrayContaining(['tools:read', 'tools:write']));
    await signIn(next, client, browser, 'alice');
    expect(await next.callTool(client, 'cancel_order')).toContain('is cancelled');
  });
});
