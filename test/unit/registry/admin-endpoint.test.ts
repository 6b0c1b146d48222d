import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRegistrationTokenStore } from '../../../lambdas/adapters/dynamodb/registration-tokens.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { adminEndpoint } from '../../../lambdas/functions/admin/endpoint.ts';
import type { Endpoint, HttpRequest } from '../../../lambdas/http/message.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type { Issuer } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { peopleIn } from '../../support/people-in.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

let tables: TestTables;
let endpoint: Endpoint;
let ports: Parameters<typeof adminEndpoint>[0];
const audited: AuditEvent[] = [];

beforeAll(async () => {
  tables = await startTables();
  ports = {
    tokens: dynamoRegistrationTokenStore({ client: tables.client(), table: tables.registry }),
    store: dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants }),
    people: peopleIn(tables),
    random: systemRandom,
    clock: () => instant(1_800_000_000),
    audit: (event) => audited.push(event),
    context: { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' },
    selfRegistration: { mode: 'open', unusedSeconds: 86_400 },
  };
  endpoint = adminEndpoint(ports);
});
afterAll(async () => {
  await tables.stop();
});

function aRequest(
  method: string,
  path: string,
  body?: object,
  changes: Partial<HttpRequest> = {},
): HttpRequest {
  return {
    ...{ method, path, query: '', sourceAddress: '192.0.2.1', requestId: 'request' },
    headers: { 'content-type': 'application/json' },
    cookies: new Map(),
    body: Buffer.from(body === undefined ? '' : JSON.stringify(body)),
    iam: { userArn: 'arn:aws:iam::1:user/operator', accountId: '1' },
    ...changes,
  };
}

async function send(
  ...args: Parameters<typeof aRequest>
): Promise<{ status: number; body: Record<string, unknown> }> {
  const { status, body } = await endpoint(aRequest(...args));
  return { status, body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>) };
}

describe('the admin endpoint', () => {
  it('registers a client as the server of a resource, and keeps it one', async () => {
    await send('POST', '/admin/resources', {
      ...{ id: 'served', uri: 'https://served.example.com/mcp', name: 'Served' },
      scopes: [{ name: 'use', description: 'Use it' }],
    });
    const server = {
      ...{ client_id: 'served-server', resource: 'served' },
      token_endpoint_auth_method: 'client_secret_basic',
    };
    expect(await send('POST', '/admin/clients', server)).toMatchObject({
      status: 201,
      body: { resource: 'https://served.example.com/mcp', grant_types: [] },
    });
    const unknown = await send('POST', '/admin/clients', { ...server, client_id: 'x', resource: 'nothing' });
    expect(unknown.status).toBe(400);
    await send('POST', '/admin/agents', { id: 'served-agent', owner: 'team', catalogue: [] });
    const { client_id, token_endpoint_auth_method } = server;
    const changed = { client_id, token_endpoint_auth_method, agent_id: 'served-agent' };
    expect((await send('PUT', '/admin/clients/served-server', changed)).status).toBe(409);
  });

  it('refuses every event without IAM identity, whatever it asks', async () => {
    for (const [method, path] of [
      ['GET', '/admin/agents'],
      ['DELETE', '/admin/agents/x'],
      ['GET', '/admin/nothing'],
    ] as const) {
      const unidentified = { ...aRequest(method, path) } as { iam?: unknown } & HttpRequest;
      delete unidentified.iam;
      expect((await endpoint(unidentified)).status).toBe(403);
    }
  });

  it('tells the audit trail of each decision, and of no secret', async () => {
    audited.length = 0;
    await send('POST', '/admin/agents', { id: 'planner', owner: 'platform', catalogue: [] });
    const declared = {
      client_id: 'c',
      agent_id: 'planner',
      token_endpoint_auth_method: 'client_secret_post',
    };
    const created = await send('POST', '/admin/clients', declared);
    await send('POST', '/admin/clients', declared);
    await send('POST', '/admin/clients/c/secrets');
    await send('POST', '/admin/agents/planner/disable');
    await send('DELETE', '/admin/agents/planner');
    expect(audited.map((event) => [event.event, 'change' in event ? event.change : undefined])).toEqual([
      ['registration_changed', 'created'],
      ['registration_changed', 'created'],
      ['registration_refused', 'created'],
      ['client_secret_changed', 'added'],
      ['registration_changed', 'disabled'],
      ['registration_refused', 'removed'],
    ]);
    expect(created.body['client_secret']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(audited)).not.toContain(created.body['client_secret']);
    expect(JSON.stringify((await send('GET', '/admin/clients/c')).body)).not.toMatch(/client_secret"|digest/);
  });

  it('resolves the resources of an agent by id, and refuses what is not registered', async () => {
    const scopes = [{ name: 'tools:read', description: 'Read' }];
    await send('POST', '/admin/resources', {
      id: 'orders',
      uri: 'https://orders.example.com/mcp',
      name: 'Orders',
      scopes,
    });
    const agent = (resource: string, scope: string): object => ({
      ...{ id: 'buyer', owner: 'x' },
      catalogue: [{ resource, required: [scope] }],
    });
    expect((await send('POST', '/admin/agents', agent('nowhere', 'tools:read'))).body).toMatchObject({
      ...{ error: 'invalid_request', field: 'catalogue[0].resource' },
      error_description: 'catalogue[0].resource "nowhere": is not a registered resource; register it first',
    });
    expect(
      (await send('POST', '/admin/agents', agent('orders', 'tools:write'))).body['error_description'],
    ).toBe('catalogue[0].required[0] "tools:write": is no scope of "orders"; it defines tools:read');
    const registered = await send('POST', '/admin/agents', agent('orders', 'tools:read'));
    expect(registered.body['catalogue']).toMatchObject([{ resource: 'https://orders.example.com/mcp' }]);
  });

  it('keeps a client with its agent and its secrets when its declaration is replaced', async () => {
    await send('POST', '/admin/agents', { id: 'one', owner: 'x', catalogue: [] });
    await send('POST', '/admin/agents', { id: 'two', owner: 'x', catalogue: [] });
    const client = (agent_id: string): object => ({
      agent_id,
      token_endpoint_auth_method: 'client_secret_basic',
    });
    const created = await send('POST', '/admin/clients', { client_id: 'kept', ...client('one') });
    const renamed = await send('PUT', '/admin/clients/kept', { ...client('one'), client_name: 'Renamed' });
    expect(renamed.body['secrets']).toEqual(created.body['secrets']);
    expect(renamed.body).not.toHaveProperty('client_secret');
    expect((await send('PUT', '/admin/clients/kept', client('two'))).status).toBe(409);
    expect(
      (await send('PUT', '/admin/clients/kept', { client_id: 'other', ...client('one') })).body['field'],
    ).toBe('client_id');
  });

  it.each(['0', '101', 'ten', '1&limit=2'])('refuses a page of %s', async (limit) => {
    expect(
      (await endpoint(aRequest('GET', '/admin/agents', undefined, { query: `limit=${limit}` }))).status,
    ).toBe(400);
  });

  it.each(['open', 'approval', 'closed'] as const)(
    'makes no initial access token where it would register nobody, and says what to do: %s',
    async (mode) => {
      audited.length = 0;
      const there = adminEndpoint({ ...ports, selfRegistration: { mode, unusedSeconds: 86_400 } });
      const { status, body } = await there(
        aRequest('POST', '/admin/registration-tokens', { name: 'Team', expires_in: 3_600 }),
      );
      expect(status).toBe(409);
      expect(JSON.parse(body)).toEqual({
        ...{ error: 'conflict', field: 'registration.mode' },
        error_description: `registration.mode is "${mode}" in this deployment, and an initial access token registers nobody: set it to "initial_access_token" in the config, which needs identityProviders too, and deploy; then add the token`,
      });
      expect(audited).toMatchObject([{ event: 'registration_refused', kind: 'registration-token' }]);
      expect((await send('GET', '/admin/registration-tokens')).body['registration_tokens']).toEqual([]);
    },
  );

  it('lists and removes initial access tokens of another mode', async () => {
    const byToken = { mode: 'initial_access_token', unusedSeconds: 86_400 } as const;
    const made = await adminEndpoint({ ...ports, selfRegistration: byToken })(
      aRequest('POST', '/admin/registration-tokens', { name: 'Team', expires_in: 3_600 }),
    );
    const { id } = JSON.parse(made.body) as { readonly id: string };
    const listed = await send('GET', '/admin/registration-tokens');
    expect(listed.body['registration_tokens']).toMatchObject([{ id }]);
    expect((await send('DELETE', `/admin/registration-tokens/${id}`)).status).toBe(204);
  });

  it('answers ids that nothing can have with 404', async () => {
    for (const id of ['a b', 'x'.repeat(3_000), '..']) {
      expect((await send('GET', `/admin/agents/${id}`)).status).toBe(404);
      expect((await send('DELETE', `/admin/clients/${id}`)).status).toBe(404);
    }
  });
});
