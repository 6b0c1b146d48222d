import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import type { Kind, RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import { register, replace } from '../../../lambdas/registry/administration.ts';
import type { Author } from '../../../lambdas/registry/author.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { readTrusted } from '../../../lambdas/registry/rules.ts';
import { wireForm } from '../../../lambdas/registry/wire.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { ApiId, Issuer } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { aChange, anApi } from '../../contract/store/mothers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

const context = { issuer: 'https://auth.example.com' as Issuer, hosts: 'public' } as const;
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const author: Author = {
  managedBy: { kind: 'operator', arn: 'arn:aws:iam::1:user/operator' },
  ...{ at: instant(1_800_000_000), requestId: 'request' },
};
const scopes = [{ name: 'read', description: 'Read' }];

let tables: TestTables;
let store: RegistryStore;

beforeAll(async () => {
  tables = await startTables();
  store = dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants });
  for (const id of ['orders', 'search']) {
    await declare('resource', { id, uri: `https://${id}.example.com/mcp`, name: id, scopes });
  }
  await store.register('api', { thing: anApi({ id: 'mail' as ApiId }) }, aChange());
  await declare('agent', { id: 'planner', owner: 'platform', catalogue: [] });
  await declare('resource', {
    ...{ id: 'planner-agent', uri: 'https://agents.example.com/planner', name: 'Planner', scopes },
    ...{ kind: 'agent', agent_id: 'planner' },
  });
});
afterAll(async () => {
  await tables.stop();
});

function ports() {
  const selfRegistration = { mode: 'open', unusedSeconds: 86_400 } as const;
  return { store, random: systemRandom, context, selfRegistration };
}

/** The thing as the admin API shows it, or the sentence of its refusal. */
async function declare(kind: Kind, input: object): Promise<object | string> {
  const done = await register(ports(), kind, input, author);
  if (!done.ok) return sentence(done.refusal);
  return (wireForm[kind] as (thing: unknown) => object)(done.value.thing);
}

function rule(resource: string, name = 'read', from = 'read'): object {
  return { resource, scopes: [{ name, from: [from] }] };
}

describe('what may be done in the name of others', () => {
  it('is kept by the URI of its target, and shown so', async () => {
    const delegations = [
      rule('orders'),
      { ...rule('search'), mode: 'impersonation', refresh: true },
      rule('mail'),
    ];
    const shown = [
      { ...rule('https://orders.example.com/mcp'), subjects: ['person'], mode: 'delegation' },
      {
        ...rule('https://search.example.com/mcp'),
        subjects: ['person'],
        mode: 'impersonation',
        refresh: true,
      },
      { ...rule('https://mail.example.com'), subjects: ['person'], mode: 'delegation' },
    ];
    const agent = { id: 'analyst', owner: 'data', catalogue: [] };
    expect(await declare('agent', { ...agent, delegations })).toMatchObject({ delegations: shown });
    const again = await replace(ports(), { kind: 'agent', id: 'analyst' }, agent, author);
    expect(again).not.toHaveProperty('value.thing.delegations');
  });

  it.each([
    [
      'an unknown resource',
      [rule('nowhere')],
      'delegations[0].resource "nowhere": is not a registered resource or API; register it first',
    ],
    [
      'an unknown scope',
      [rule('search'), rule('orders', 'write')],
      'delegations[1].scopes[0].name "write": is no scope of "orders"; it defines read',
    ],
    [
      'an unknown scope of an API',
      [rule('mail', 'write')],
      'delegations[0].scopes[0].name "write": is no scope of "mail"; it defines read',
    ],
    [
      'an API in the place of a person',
      [{ ...rule('mail'), mode: 'impersonation' }],
      'delegations[0].mode "impersonation": is nothing that tokens of an API can be had with; leave it out',
    ],
    [
      'an API by two names',
      [rule('mail'), rule('https://mail.example.com')],
      'delegations[1].resource "https://mail.example.com": has two entries by different names; put their scopes into one',
    ],
    [
      'one resource by two names',
      [rule('orders'), rule('https://orders.example.com/mcp')],
      'delegations[1].resource "https://orders.example.com/mcp": has two entries by different names; put their scopes into one',
    ],
    [
      'the agent itself',
      [rule('planner-agent')],
      'delegations[0].resource "planner-agent": is the agent itself, for which callers get tokens of their own; remove it',
    ],
  ])('is refused at %s', async (_where, delegations, words) => {
    const changed = { id: 'planner', owner: 'platform', catalogue: [], delegations };
    const done = await replace(ports(), { kind: 'agent', id: 'planner' }, changed, author);
    expect(done.ok ? '' : sentence(done.refusal)).toBe(words);
  });

  it('is refused to an actor that is not registered', async () => {
    const resource = { id: 'acted', uri: 'https://acted.example.com/mcp', name: 'Acted', scopes };
    expect(await declare('resource', { ...resource, actor: 'nobody' })).toBe(
      'actor "nobody": is not a registered agent; register the agent first',
    );
    expect(
      await declare('resource', { ...resource, actor: 'planner', delegations: [rule('orders')] }),
    ).toMatchObject({
      actor: 'planner',
      delegations: [{ resource: 'https://orders.example.com/mcp' }],
    });
  });

  it('lets clients that prove themselves exchange, if they leave out what they may', async () => {
    const agent = { id: 'deputy', owner: 'data', catalogue: [] };
    await declare('agent', { ...agent, delegations: [rule('orders')] });
    await declare('resource', {
      ...{
        id: 'gate',
        uri: 'https://gate.example.com/mcp',
        name: 'Gate',
        scopes,
        delegations: [rule('orders')],
      },
    });
    const basic = { token_endpoint_auth_method: 'client_secret_basic' };
    const redirect_uris = ['https://app.example.com/cb'];
    const usual = ['authorization_code', 'refresh_token'];
    for (const [client_id, declared, grants] of [
      ['of-deputy', { agent_id: 'deputy', ...basic }, ['client_credentials', exchange]],
      ['of-gate', { resource: 'gate', ...basic }, [exchange]],
      ['of-planner', { agent_id: 'planner', ...basic }, ['client_credentials']],
      ['of-orders', { resource: 'orders', ...basic }, []],
      [
        'named',
        { agent_id: 'deputy', ...basic, grant_types: ['client_credentials'] },
        ['client_credentials'],
      ],
      ['public', { agent_id: 'deputy', token_endpoint_auth_method: 'none', redirect_uris }, usual],
    ] as const) {
      expect(await declare('client', { client_id, ...declared })).toMatchObject({ grant_types: grants });
    }
  });

  it('is declared by a deployment with the URIs of its targets alone', () => {
    const agent = { id: 'planner', owner: 'platform', catalogue: [] };
    const read = readTrusted('agent', { ...agent, delegations: [rule('orders')] }, context);
    expect(read.ok ? '' : sentence(read.refusal)).toBe(
      'delegations[0].resource "orders": must be the URI of a resource',
    );
    const uri = 'https://anywhere.example.com/mcp';
    expect(readTrusted('agent', { ...agent, delegations: [rule(uri)] }, context)).toMatchObject({
      value: { delegations: [{ resource: uri }] },
    });
  });
});
