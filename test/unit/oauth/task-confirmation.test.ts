import { describe, expect, it } from 'vitest';
import { taskConfirmation } from '../../../lambdas/oauth/tasks/confirm.ts';
import { overBy } from '../../../lambdas/oauth/tasks/over.ts';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { Agent, Client, RegistryReader, Resource } from '../../../lambdas/ports/registry.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { AgentId, GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { aTask, openedAt } from '../../contract/store/task-mothers.ts';
import { aClient, aResource, anAgent, issuer, registryOf, scopes } from './mothers.ts';

const ofAgent = aTask({ terms: { basis: { kind: 'agent' } } });
const working = anAgent({ tasks: { maximumHours: 8 } });

interface World {
  readonly client?: Client;
  readonly agent?: Agent;
  readonly resource?: Resource;
  readonly registry?: RegistryReader;
  readonly grant?: StoredGrant;
}

function confirming({ client = aClient(), agent = working, resource = aResource(), grant, registry }: World) {
  const { clientId } = ofAgent.terms;
  return taskConfirmation({
    issuer,
    registry:
      registry ??
      registryOf({ clients: [{ ...client, id: clientId }], agents: [agent], resources: [resource] }),
    people: undefined,
    grants: { find: () => Promise.resolve(grant) },
  });
}

describe('a task of an agent', () => {
  it('stands while its client, its agent and what policy gives it do', async () => {
    expect(await confirming({})(ofAgent, openedAt)).toEqual({ kind: 'stands' });
  });

  it.each([
    [
      'the client is disabled',
      { client: aClient({ state: 'disabled' }) },
      'agent_disabled',
      'agent_disabled',
    ],
    [
      'the agent is disabled',
      { agent: { ...working, state: 'disabled' } },
      'agent_disabled',
      'agent_disabled',
    ],
    [
      'the client is another agent’s by now',
      {
        client: aClient({ agentId: 'other' as AgentId }),
        agent: anAgent({ id: 'other' as AgentId, tasks: { maximumHours: 8 } }),
      },
      ...(['agent_disabled', 'agent_changed'] as const),
    ],
    ['the agent has no tasks any more', { agent: anAgent() }, 'policy', 'tasks_not_allowed'],
    [
      'its resource is disabled',
      { resource: aResource({ state: 'disabled' }) },
      'policy',
      'resource_not_available',
    ],
    ['its catalogue is empty', { agent: { ...working, catalogue: [] } }, 'policy', 'resource_not_available'],
    [
      'the scope of the task is of the catalogue no more',
      {
        agent: {
          ...working,
          catalogue: [{ ...working.catalogue[0]!, required: scopes('tools:write'), optional: [] }],
        },
      },
      ...(['policy', 'resource_not_available'] as const),
    ],
  ] as const)('is over for good once %s', async (_what, world: World, reason, detail) => {
    expect(await confirming(world)(ofAgent, openedAt)).toEqual({ kind: 'over', reason, detail });
  });

  it('rides on while the registry cannot be read, and what else fails is a defect', async () => {
    const failing = (error: Error): RegistryReader => ({
      view: () => Promise.reject(error),
      resources: () => Promise.resolve([]),
    });
    const down = new DependencyUnavailable('DynamoDB', { cause: 'throttled', retryAfterSeconds: 7 });
    expect(await confirming({ registry: failing(down) })(ofAgent, openedAt)).toEqual({
      ...{ kind: 'unreachable', what: 'DynamoDB', interaction: false, retryAfterSeconds: 7 },
    });
    const defect = confirming({ registry: failing(new Error('broken')) })(ofAgent, openedAt);
    await expect(defect).rejects.toThrow('broken');
  });

  it.each([
    ['the identity provider', 'identity provider company', true],
    ['whoever asks it, who is too slow or asked by too many', 'the downstream function', true],
    ['another provider', 'identity provider other', false],
    ['the store', 'DynamoDB', false],
  ])('counts a failure of %s for what it is to the provider', async (_who, dependency, counts) => {
    const down = new DependencyUnavailable(dependency, { cause: 'timeout' });
    const registry: RegistryReader = {
      view: () => Promise.reject(down),
      resources: () => Promise.resolve([]),
    };
    const ofPerson = await confirming({ registry })(aTask(), openedAt);
    expect(ofPerson).toMatchObject({ kind: 'unreachable', what: dependency });
    expect('idp' in ofPerson && ofPerson.idp === 'company').toBe(counts);
    expect(await confirming({ registry })(ofAgent, openedAt)).not.toHaveProperty('idp');
  });
});

it('a task of a person is over once what they granted is swept, or where nobody signs in any more', async () => {
  expect(await confirming({})(aTask(), openedAt)).toEqual({
    kind: 'over',
    reason: 'revoked',
    detail: 'root_over',
  });
});

it.each([
  ['person_ended: upstream_refused', 'grant_ended_upstream'],
  ['withdrawn', 'revoked'],
  ['parent_revoked', 'revoked'],
] as const)('a grant that ended as %s ends its task as %s', (why, reason) => {
  expect(overBy({ reason: 'grant_ended', grantId: 'one' as GrantId, why })).toEqual({ reason, detail: why });
});

it.each([
  ['client_not_active', 'agent_disabled'],
  ['agent_not_active', 'agent_disabled'],
  ['refresh_not_delegated', 'policy'],
] as const)('a chain that gives nothing for %s ends its task as %s', (why, reason) => {
  const refusal = {
    reason: 'nothing_delegated_now',
    grantId: 'one' as GrantId,
    why,
    description: '',
  } as const;
  expect(overBy(refusal)).toEqual({ reason, detail: why });
});
