import type { IncomingMessage, ServerResponse } from 'node:http';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthInfo,
  type ClientProof,
  createExchanger,
  createVerifier,
  ExchangeError,
  type Exchanger,
  expressMiddleware,
  type Fetch,
} from '../../lambdas/resource-server/index.ts';
import type { VestibuleConfig } from '../../lib/index.ts';
import { listen } from '../../local/demo/http.ts';
import { type RunningMcpServer, startMcpServer } from '../../local/demo/mcp-server.ts';
import { demoEndpoints } from '../../local/demo/tools.ts';
import { config } from '../../vestibule.config.ts';
import { drive, type Driver } from '../spec/support/driver.ts';
import { grantingAt, type Granting, redirectUri } from '../spec/support/granted.ts';
import { startDeployment, type TestDeployment } from '../support/deployment.ts';

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

let deployment: TestDeployment;
let operator: Driver;
let granting: Granting;
/** The server that people call, whose tool asks the other one in their name. */
let desk: { readonly url: string; readonly stop: () => Promise<void> };
let orders: RunningMcpServer;
let ordersUrl: string;
/** Every exchange that was asked for. */
const asked: URLSearchParams[] = [];
let exchanger: Exchanger;
let deskSecret: string;

beforeAll(async () => {
  // Nobody has roles: people may do what the scopes of their tokens say.
  const withoutRoles = Object.entries(config).filter(([name]) => name !== 'roles');
  deployment = await startDeployment({
    config: Object.fromEntries(withoutRoles) as unknown as VestibuleConfig,
  });
  operator = drive(deployment);
  granting = grantingAt(deployment, operator);
  const { issuer } = deployment;
  const log = (line: string): never => {
    throw new Error(line);
  };
  orders = await startMcpServer({ ...{ issuer, port: 0, endpoints: demoEndpoints, log } });
  ordersUrl = `${orders.origin}/mcp`;
  desk = await startDesk();
  const scopes = (...names: readonly string[]) => names.map((name) => ({ name, description: name }));
  await operator.register('resources', {
    ...{ id: 'orders', uri: ordersUrl, kind: 'mcp-server', name: 'Orders' },
    scopes: scopes('tools:read', 'tools:write'),
  });
  await operator.register('resources', {
    ...{ id: 'desk', uri: desk.url, kind: 'mcp-server', name: 'Desk', scopes: scopes('look', 'act') },
    delegations: [
      {
        resource: ordersUrl,
        scopes: [
          { name: 'tools:read', from: ['look', 'act'] },
          { name: 'tools:write', from: ['act'] },
        ],
      },
    ],
  });
  const server = { resource: desk.url, grant_types: [exchangeGrant] };
  const registered = await operator.register('clients', {
    ...{ ...server, client_id: 'desk-server', token_endpoint_auth_method: 'client_secret_basic' },
  });
  deskSecret = String(registered['client_secret']);
  await operator.register('clients', {
    ...{ client_id: 'assistant', client_name: 'Assistant', redirect_uris: [redirectUri] },
    token_endpoint_auth_method: 'none',
  });
  exchanger = anExchanger('desk-server', { secret: () => deskSecret });
}, 120_000);

afterAll(async () => {
  granting.stop();
  await desk.stop();
  await orders.stop();
  await deployment.stop();
});

function anExchanger(id: string, proof: ClientProof): Exchanger {
  const recording: Fetch = (url, init) => {
    if (url.endsWith('/token')) asked.push(init.body as URLSearchParams);
    return fetch(url, init);
  };
  return createExchanger({ issuer: deployment.issuer, client: { id, proof }, fetch: recording });
}

type Request = IncomingMessage & { auth?: AuthInfo };

/** An MCP server as a team would write it, by the SDK and this package. */
async function startDesk(): Promise<typeof desk> {
  // Its URL is known once it listens.
  const theirs: { authenticate?: ReturnType<typeof expressMiddleware<Request>> } = {};
  const handle = async (request: Request, response: ServerResponse): Promise<void> => {
    await theirs.authenticate?.(request, response, () => undefined);
    if (request.auth === undefined) return;
    const mcp = new McpServer({ name: 'desk', version: '1.0.0' });
    mcp.registerTool('open_orders', {}, async ({ authInfo }) => ({
      content: [{ type: 'text', text: await callOrders(authInfo!, 'list_orders') }],
    }));
    mcp.registerTool('cancel', {}, async ({ authInfo }) => ({
      content: [{ type: 'text', text: await callOrders(authInfo!, 'cancel_order') }],
    }));
    response.once('close', () => void mcp.close());
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
    await mcp.connect(transport);
    await transport.handleRequest(request, response);
  };
  const { port, stop } = await listen(0, handle, () => undefined);
  const url = `http://localhost:${port}/mcp`;
  theirs.authenticate = expressMiddleware<Request>(
    createVerifier({ issuer: deployment.issuer, resource: url }),
  );
  return { url, stop };
}

async function callOrders(auth: { readonly token: string }, tool: string): Promise<string> {
  const { fetch } = exchanger.exchangeFor(auth, ordersUrl);
  const client = new Client({ name: 'desk', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(ordersUrl), { fetch }));
  const answer = await textOf(client, tool);
  await client.close();
  return answer;
}

async function textOf(client: Client, tool: string): Promise<string> {
  const { content } = await client.callTool({ name: tool, arguments: {} });
  return (content as readonly { readonly text?: string }[])[0]?.text ?? '';
}

/** Alice's token for the desk, as her assistant got it. */
async function alices(scope: readonly string[]): Promise<string> {
  const code = await granting.code({ clientId: 'assistant', resource: desk.url, scope });
  return String((await granting.redeem(code, 'assistant')).body['access_token']);
}

async function atDesk(token: string, tool: string): Promise<string> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const client = new Client({ name: 'assistant', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(desk.url), { requestInit }));
  const answer = await textOf(client, tool);
  await client.close();
  return answer;
}

describe('an MCP server that calls another one for whoever called it', () => {
  it('is let in as itself in the name of the person, by one exchange for many calls', async () => {
    const token = await alices(['look']);
    const answers = await Promise.all([1, 2, 3].map(() => atDesk(token, 'open_orders')));
    for (const answer of answers) expect(answer).toMatch(/^2 open orders: .*\(asked by .*desk-server.*\)$/);
    await atDesk(token, 'open_orders');
    expect(asked.filter((form) => form.get('subject_token') === token)).toHaveLength(1);
    const { accessToken, scopes } = await exchanger.exchangeFor({ token }, ordersUrl).token();
    expect(scopes).toEqual(['tools:read']);
    const verified = await createVerifier({ issuer: deployment.issuer, resource: ordersUrl }).verify(
      `Bearer ${accessToken}`,
    );
    expect(verified).toMatchObject({
      ok: true,
      token: { act: { sub: 'desk-server' }, client_id: 'desk-server' },
    });
  });

  it('does no more than the person let its caller do', async () => {
    expect(await atDesk(await alices(['look']), 'cancel')).toMatch(/insufficient_scope|403/);
    expect(await atDesk(await alices(['act']), 'cancel')).toMatch(/is cancelled/);
  });

  it('proves itself with a key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    await operator.register('clients', {
      ...{ client_id: 'desk-keyed', resource: desk.url, grant_types: [exchangeGrant] },
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }] },
    });
    const keyed = anExchanger('desk-keyed', { privateKey, alg: 'ES256', kid: 'one' });
    const { scopes } = await keyed.exchangeFor({ token: await alices(['act']) }, ordersUrl).token();
    expect(scopes).toEqual(['tools:read', 'tools:write']);
  });

  it('has tokens of its key, which the other server takes with a proof alone', async () => {
    const registered = await operator.register('clients', {
      ...{ client_id: 'desk-bound', resource: desk.url, grant_types: [exchangeGrant] },
      ...{ token_endpoint_auth_method: 'client_secret_basic', dpop_bound_access_tokens: true },
    });
    const client = { id: 'desk-bound', proof: { secret: String(registered['client_secret']) } };
    const statuses: number[] = [];
    const counting: Fetch = async (url, init) => {
      const response = await fetch(url, init);
      if (url.endsWith('/token')) statuses.push(response.status);
      return response;
    };
    const { issuer } = deployment;
    const received = { token: await alices(['look']) };
    const without = createExchanger({ issuer, client }).exchangeFor(received, ordersUrl);
    await expect(without.token()).rejects.toMatchObject({ kind: 'misconfigured' });
    const bound = createExchanger({
      ...{ issuer, client, fetch: counting, dpop: await generateKeyPair('ES256') },
    }).exchangeFor(received, ordersUrl);
    const mcp = new Client({ name: 'desk', version: '1.0.0' });
    await mcp.connect(new StreamableHTTPClientTransport(new URL(ordersUrl), { fetch: bound.fetch }));
    expect(await textOf(mcp, 'list_orders')).toMatch(/^2 open orders: .*\(asked by .*desk-bound.*\)$/);
    await mcp.close();
    // The token endpoint wants a nonce first.
    expect(statuses).toEqual([400, 200]);
    const { accessToken, tokenType } = await bound.token();
    expect(tokenType).toBe('DPoP');
    expect(decodeJwt(accessToken)['cnf']).toEqual({ jkt: expect.any(String) as string });
    const verifier = createVerifier({ issuer, resource: ordersUrl });
    for (const scheme of ['Bearer', 'DPoP']) {
      expect(await verifier.verify(`${scheme} ${accessToken}`)).toMatchObject({ ok: false });
    }
  });

  it('goes on with another token where its own was ended', async () => {
    const ended: string[] = [];
    // The server of the orders hears of an end within thirty seconds; this one has heard.
    const heard: Fetch = (url, init) => {
      const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
      return new Headers(init.headers).get('authorization') === `Bearer ${ended[0] ?? ''}`
        ? Promise.resolve(new Response('', { status: 401, headers }))
        : fetch(url, init);
    };
    const client = { id: 'desk-server', proof: { secret: deskSecret } };
    const again = createExchanger({ issuer: deployment.issuer, client, fetch: heard });
    const delegated = again.exchangeFor({ token: await alices(['look']) }, ordersUrl);
    ended.push((await delegated.token()).accessToken);
    const mcp = new Client({ name: 'desk', version: '1.0.0' });
    await mcp.connect(new StreamableHTTPClientTransport(new URL(ordersUrl), { fetch: delegated.fetch }));
    expect(await textOf(mcp, 'list_orders')).toMatch(/^2 open orders/);
    await mcp.close();
    expect((await delegated.token()).accessToken).not.toBe(ended[0]);
  });

  it('acts no more for whom nobody may act any more', async () => {
    const token = await alices(['look']);
    const form = new URLSearchParams({ token, client_id: 'assistant' });
    expect((await operator.send('/revoke', { method: 'POST', body: form })).status).toBe(200);
    await expect(exchanger.exchangeFor({ token }, ordersUrl).token()).rejects.toMatchObject({
      ...{ kind: 'forbidden', details: { error: 'invalid_request' } },
    });
  });

  it('hears whether policy forbids it, or its own client is not taken', async () => {
    const token = await alices(['look']);
    const failure = async (by: Exchanger, target: string, scopes: readonly string[] = []) => {
      const error: unknown = await by
        .exchangeFor({ token }, target, { scopes })
        .token()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ExchangeError);
      const { kind, details } = error as ExchangeError;
      return [kind, details.error];
    };
    expect(await failure(exchanger, desk.url)).toEqual(['forbidden', 'invalid_target']);
    expect(await failure(exchanger, ordersUrl, ['tools:write'])).toEqual(['forbidden', 'invalid_scope']);
    const wrong = anExchanger('desk-server', { secret: 'wrong' });
    expect(await failure(wrong, ordersUrl)).toEqual(['misconfigured', 'invalid_client']);
    deployment.run.cloud.faults.add('kms:Sign=down@*');
    const down = anExchanger('desk-server', { secret: deskSecret });
    expect(await failure(down, ordersUrl)).toEqual(['unavailable', 'temporarily_unavailable']);
    deployment.run.cloud.faults.clear();
  });
});
