import { creationOrder, dependencyGraph, type DependencyGraph } from './graph.ts';
import { resolve, resolveObject, type Scope } from './intrinsics.ts';
import { generatedName } from './names.ts';
import { planResource, type Action } from './plan.ts';
import type { Provider, ProvisionedResource } from './provider.ts';
import type { RecordedResource, StackState } from './state.ts';
import { isKnownName, templateScope, type Environment } from './values.ts';
import { asText, type ResourceDefinition, type Template } from './template.ts';

export interface StackOptions {
  readonly template: Template;
  readonly environment: Environment;
  /** The provider of a resource type; throws for a type it does not know. */
  readonly providerOf: (type: string) => Provider;
  readonly state: StackState;
  readonly log: (line: string) => void;
}

export interface Stack {
  readonly resources: readonly ProvisionedResource[];
  readonly outputs: Readonly<Record<string, string>>;
}

type Deployment = StackOptions & {
  readonly scope: Scope;
  readonly resources: Readonly<Record<string, ResourceDefinition>>;
  readonly graph: DependencyGraph;
};

/**
 * Makes everything be as the template says: creates, updates and replaces what differs from the record, then deletes
 * what left the template. Resources that do not depend on each other go in parallel. Rejects naming every resource
 * that failed and why; what succeeded is recorded and is not done again.
 */
export async function deployStack(options: StackOptions): Promise<Stack> {
  const { template, environment, state } = options;
  const done = new Map<string, ProvisionedResource>();
  const scope = templateScope(template, environment, (logicalId) => done.get(logicalId));
  const resources = Object.fromEntries(
    Object.entries(template.Resources).filter(
      ([, { Condition: condition }]) => condition === undefined || scope.condition(condition),
    ),
  );
  for (const { Type: type } of Object.values(resources)) options.providerOf(type);
  const graph = dependencyGraph(resources, isKnownName(template));
  const deployment: Deployment = { ...options, scope, resources, graph };
  await inDependencyOrder(graph, async (logicalId) => {
    done.set(logicalId, await deployResource(deployment, logicalId));
  });
  for (const gone of goneResources(state, graph)) state.remove(gone, gone.retain ? 'forget' : 'delete');
  await deleteLeftovers(options);
  return {
    resources: [...done.values()],
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {})
        .filter(([, { Condition: condition }]) => condition === undefined || scope.condition(condition))
        .map(([name, { Value: value }]) => [name, asText(resolve(value, scope))]),
    ),
  };
}

async function deployResource(deployment: Deployment, logicalId: string): Promise<ProvisionedResource> {
  const { environment, state, scope, resources, graph } = deployment;
  const definition = resources[logicalId] ?? { Type: 'missing' };
  const { Type: type } = definition;
  const provider = deployment.providerOf(type);
  const properties = resolveObject(definition.Properties ?? {}, scope);
  const before = state.resources()[logicalId];
  const action = planResource(provider, { logicalId, type, properties }, before);
  const generation = (before?.generation ?? 0) + (action === 'replace' ? 1 : 0);
  const request = {
    ...{ logicalId, type, properties },
    generatedName: generatedName(environment.stackName, logicalId, generation),
  };
  const { physicalId, attributes } = await perform(action, provider, request, before);
  const after: RecordedResource = {
    ...{ logicalId, type, properties, generation, physicalId, attributes },
    dependencies: graph.get(logicalId) ?? [],
    retain: isRetained(definition.DeletionPolicy),
  };
  record(state, provider, before, after, isRetained(definition.UpdateReplacePolicy));
  if (action !== 'keep' && !provider.transient) deployment.log(`${action} ${logicalId} (${type})`);
  return after;
}

function record(
  state: StackState,
  provider: Provider,
  before: RecordedResource | undefined,
  after: RecordedResource,
  retainsReplaced: boolean,
): void {
  const isSuccessor = before !== undefined && before.physicalId !== after.physicalId && !provider.transient;
  if (isSuccessor) state.replace(before, after, retainsReplaced ? 'forget' : 'delete');
  else state.record(after);
}

async function perform(
  action: Action,
  provider: Provider,
  request: Parameters<Provider['create']>[0],
  before: RecordedResource | undefined,
): Promise<Pick<ProvisionedResource, 'physicalId' | 'attributes'>> {
  try {
    if (before === undefined || action === 'create' || action === 'replace')
      return await provider.create(request);
    return action === 'update' ? await provider.update(request, before) : before;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${action} ${request.logicalId} (${request.type}): ${reason}`, { cause });
  }
}

/** Runs every id once all it depends on is done; ids behind a failure are not run. */
async function inDependencyOrder(graph: DependencyGraph, run: (id: string) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  const runs = new Map<string, Promise<boolean>>();
  for (const logicalId of creationOrder(graph)) {
    const dependencies = (graph.get(logicalId) ?? []).flatMap((id) => runs.get(id) ?? []);
    const attempt = async (): Promise<boolean> => {
      if ((await Promise.all(dependencies)).includes(false)) return false;
      try {
        await run(logicalId);
        return true;
      } catch (error) {
        failures.push(error instanceof Error ? error : new Error(String(error)));
        return false;
      }
    };
    runs.set(logicalId, attempt());
  }
  await Promise.all(runs.values());
  const [first] = failures;
  if (first !== undefined)
    throw new Error(failures.map(({ message }) => message).join('\n'), { cause: first });
}

/** Recorded resources the template no longer has, dependents first. */
function goneResources(state: StackState, graph: DependencyGraph): readonly RecordedResource[] {
  const recorded = state.resources();
  const gone = Object.values(recorded).filter(({ logicalId }) => !graph.has(logicalId));
  const order = creationOrder(new Map(gone.map(({ logicalId, dependencies }) => [logicalId, dependencies])));
  return order.toReversed().flatMap((logicalId) => recorded[logicalId] ?? []);
}

async function deleteLeftovers({ state, providerOf, log }: StackOptions): Promise<void> {
  for (const leftover of state.leftovers()) {
    const provider = providerOf(leftover.type);
    try {
      await provider.delete(leftover);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`delete ${leftover.logicalId} (${leftover.type}): ${reason}`, { cause });
    }
    state.deleted(leftover);
    if (!provider.transient) log(`delete ${leftover.logicalId} (${leftover.type})`);
  }
}

function isRetained(policy: string | undefined): boolean {
  return policy?.startsWith('Retain') ?? false;
}
