import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import { register, remove, setState } from '../../../lambdas/registry/administration.ts';
import type { Author } from '../../../lambdas/registry/author.ts';
import { readResource } from '../../../lambdas/registry/declaration/resource.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, EgressProviderId } from '../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../lambdas/runtime/random.ts';
import { aChange, anAgent } from '../../contract/store/mothers.ts';
import { aProvider } from '../../contract/store/provider-mother.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { context, refusalOf } from './judged-declarations.ts';
import { apiKey, credential, issues, tracker } from './tracker-declaration.ts';

describe('the resource of a third party', () => {
  const resource = {
    ...{ id: 'tracker', uri: 'https://auth.example.com/egress/tracker', kind: 'egress', name: 'Tracker' },
    scopes: [{ name: 'issues:read', description: 'Read issues' }],
  };

  it('is where the proxy takes calls for it, and has no agent', () => {
    expect(readResource(resource, context)).toMatchObject({ ok: true, value: { kind: 'egress' } });
  });

  it.each([
    [{ uri: 'https://mcp.example.com/mcp' }, /^uri .*: is not where the proxy takes calls for "tracker"/],
    [{ id: 'other' }, /^uri .*: is not where the proxy takes calls for "other"/],
    [{ kind: 'mcp-server' }, /^uri .*: is where the proxy takes calls for third parties/],
    [
      { kind: 'mcp-server', uri: 'https://auth.example.com/egress' },
      /^uri .*: is where the proxy takes calls/,
    ],
    [{ agent_id: 'planner' }, /^agent_id .*: belongs to a resource of kind "agent" only/],
    [{ audience: 'tracker' }, /^audience "tracker": does not belong to a resource of kind "egress"/],
    [{ clients: 'any' }, /^clients "any": does not belong to/],
    [{ actor: 'planner' }, /^actor "planner": does not belong to/],
  ])('is refused with %j', (changes, words) => {
    expect(refusalOf(readResource, { ...resource, ...changes })).toMatch(words);
  });
});

describe('a third party that an operator declares', () => {
  const author: Author = {
    managedBy: { kind: 'operator', arn: 'arn:aws:iam::123456789012:user/ops' },
    ...{ at: instant(1_800_000_000), requestId: 'request' },
  };
  let tables: TestTables;
  let store: RegistryStore;
  beforeAll(async () => {
    tables = await startTables();
    store = dynamoRegistryStore({ client: tables.client(), table: tables.registry, grants: tables.grants });
    await store.register('agent', { thing: anAgent({ id: 'planner' as AgentId }) }, aChange());
  });
  afterAll(async () => {
    await tables.stop();
  });

  const selfRegistration = { mode: 'open', unusedSeconds: 86_400 } as const;
  const ports = () => ({ store, random: systemRandom, context, selfRegistration });
  const open = { ...tracker, credential: { ...credential, client_authentication: 'none' } };

  test('is registered where it needs no secret, beside a resource of the same id, and disabled and removed by its id', async () => {
    expect(await register(ports(), 'provider', open, author)).toMatchObject({ ok: true });
    const id = 'tracker' as EgressProviderId;
    expect((await store.find('provider', id))?.thing).toMatchObject({ state: 'active', name: 'Tracker' });
    await setState(ports(), { kind: 'provider', id }, 'disabled', author);
    const disabled = await store.find('provider', id);
    expect(disabled?.thing.state).toBe('disabled');
    expect(await remove(ports(), { kind: 'provider', id }, author)).toEqual({ ok: true, value: 'removed' });
    expect(await store.find('provider', id)).toBeUndefined();
  });

  test('takes the id of none that a deployment declares: an operator disables that one, and cannot remove it', async () => {
    const provider = aProvider();
    await store.register('provider', { thing: provider }, aChange());
    const target = { kind: 'provider', id: provider.id } as const;
    const refused = await remove(ports(), target, author);
    if (refused.ok) throw new Error('removed');
    expect(sentence(refused.refusal)).toMatch(
      /is declared by a deployment, .*: disable it, or remove it from/,
    );
    expect(await setState(ports(), target, 'disabled', author)).toMatchObject({ ok: true });
    const { id } = provider;
    const taken = await register(ports(), 'provider', { ...open, id }, author);
    if (taken.ok) throw new Error('taken over');
    expect(sentence(taken.refusal)).toMatch(/is already registered/);
    expect((await store.find('provider', id))?.thing).toEqual({
      ...provider,
      state: 'disabled',
      updatedAt: author.at,
    });
  });

  test.each([
    [tracker, /^credential\.client_authentication "client_secret_basic": proves itself by a secret/],
    [
      { ...tracker, scopes: [{ ...issues, upstream: [] }], credential: apiKey },
      /^credential\.kind "api_key": needs a secret or a key, which a deployment alone can hold/,
    ],
    [
      { ...open, agents: [{ agent: 'stranger', name: 'Stranger', scopes: ['issues:read'] }] },
      /^agents\[0\]\.agent "stranger": is not a registered agent/,
    ],
  ])('is refused for what is not theirs: %#', async (input, words) => {
    const refused = await register(ports(), 'provider', input, author);
    if (refused.ok) throw new Error('accepted');
    expect(sentence(refused.refusal)).toMatch(words);
  });
});
