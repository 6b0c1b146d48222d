import type { RegistryReader, ScopeCatalogue } from '../../ports/registry.ts';
import type { TaskAccess } from '../../ports/tasks.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { intersection, union } from '../scope/scope.ts';
import { askedAccess, namedEntries, type Obtainable } from './asked-access.ts';
import type { AskedTask } from './asked-task.ts';
import { exchangeRefused } from '../exchange/refusal.ts';
import { machineEntries, type MachinePorts } from './machine-access.ts';
import { isBound } from './mint-token.ts';
import type { TaskAgent } from './owner.ts';

export interface AgentAccessPorts {
  readonly registry: Pick<RegistryReader, 'resources'>;
  readonly machines?: MachinePorts | undefined;
}

/** RFC 6749 §4.4: what an agent gets for itself, as by the grant of that name, which its client has to have. */
export async function agentAccess(
  { registry, machines }: AgentAccessPorts,
  { client, agent }: TaskAgent,
  { resources: named, scope }: Pick<AskedTask, 'resources' | 'scope'>,
): Promise<Result<readonly TaskAccess[], GrantRefusal>> {
  const { authentication, grantTypes } = client;
  if (authentication.method === 'none' || !grantTypes.includes('client_credentials')) {
    return refuse({ reason: 'grant_not_allowed' });
  }
  const ofApis = await machineEntries(machines, agent, named);
  if (ofApis.length > 0 && isBound(client)) return exchangeRefused('client_bound');
  const entries = namedEntries([...agent.catalogue, ...ofApis], named);
  if (!entries.ok) return entries;
  const known = await registry.resources(entries.value.map(({ resource }) => resource));
  const obtainable: Obtainable[] = [];
  for (const entry of entries.value) {
    const resource = known.find(({ uri }) => uri === entry.resource);
    if (resource === undefined && ofApis.includes(entry)) {
      obtainable.push({ resource: entry.resource, unasked: entry.required, most: entry.required });
      continue;
    }
    if (resource?.state !== 'active') return refuse({ reason: 'resource_not_available' });
    obtainable.push(
      within(
        entry,
        resource.scopes.map(({ name }) => name),
      ),
    );
  }
  return askedAccess(obtainable, scope);
}

function within(
  { resource, required, optional }: ScopeCatalogue,
  defined: ScopeCatalogue['required'],
): Obtainable {
  return {
    resource,
    unasked: intersection(required, defined),
    most: intersection(union(required, optional), defined),
  };
}

/** What a task gets below another: that of the other, or less. */
export function accessBelow(
  above: readonly TaskAccess[],
  { resources: named, scope }: Pick<AskedTask, 'resources' | 'scope'>,
): Result<readonly TaskAccess[], GrantRefusal> {
  const entries = named.length === 0 ? ok(above) : namedEntries(above, named);
  if (!entries.ok) return entries;
  const obtainable = entries.value.map(({ resource, scope: held }) => ({
    resource,
    unasked: held,
    most: held,
  }));
  return askedAccess(obtainable, scope);
}
