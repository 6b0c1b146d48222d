import type { ApiDirectory, ApiRefusal, DownstreamApi } from '../../ports/downstream-apis.ts';
import type { MachineTokens } from '../../ports/machine-tokens.ts';
import type { Agent, ScopeCatalogue } from '../../ports/registry.ts';
import type { TaskAccess } from '../../ports/tasks.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { AgentId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { canonicalResourceUri } from '../resource/canonical-uri.ts';
import { intersection } from '../scope/scope.ts';
import { mostResources } from './asked-access.ts';

/** APIs behind identity providers, of which agents get tokens as themselves. */
export interface MachinePorts {
  readonly apis: ApiDirectory;
  readonly tokens: MachineTokens;
}

type Machines = MachinePorts | undefined;

interface Given {
  readonly api: DownstreamApi;
  readonly scopes: readonly ScopeName[];
}

/** What an API gives an agent as itself, now; undefined where it is none that does. */
async function givenTo(machines: Machines, uri: ResourceUri, agent: AgentId): Promise<Given | undefined> {
  const api = await machines?.apis.find(uri);
  const entry = api?.agents?.find((each) => each.agent === agent);
  if (api?.state !== 'active' || entry === undefined) return undefined;
  const defined = api.scopes.map(({ name }) => name);
  return { api, scopes: intersection(entry.scopes, defined) };
}

/** Of what a request names beside the catalogue, what an agent gets of APIs: all of it, where nothing narrower is asked. */
export async function machineEntries(
  machines: Machines,
  { id, catalogue }: Agent,
  named: readonly string[],
): Promise<readonly ScopeCatalogue[]> {
  const uris = named.slice(0, mostResources).flatMap((text) => {
    const uri = canonicalResourceUri(text, 'loopback');
    return uri.ok && !catalogue.some(({ resource }) => resource === uri.value) ? [uri.value] : [];
  });
  const given = await Promise.all([...new Set(uris)].map((uri) => givenTo(machines, uri, id)));
  return given.flatMap((each) =>
    each === undefined ? [] : [{ resource: each.api.uri, required: each.scopes, optional: [] }],
  );
}

/** What tokens of an API will be; none where the API gives the agent nothing any more. */
export async function machinePlans(
  machines: Machines,
  { resource, scope: opened }: TaskAccess,
  names: Pick<TokenPlan, 'subject' | 'clientId'> & { readonly agentId: AgentId },
): Promise<readonly TokenPlan[]> {
  const given = await givenTo(machines, resource, names.agentId);
  const scope = intersection(opened, given?.scopes ?? []);
  if (given === undefined || scope.length === 0) return [];
  return [{ ...names, audience: given.api.uri, scope, api: given.api }];
}

/** What came of asking ahead for the tokens of a task, so that whoever pulls one need not wait for its provider. */
export type AskedAhead =
  | { readonly kind: 'asked'; readonly askBy?: Instant }
  /** By all that the task is for. */
  | { readonly kind: 'refused'; readonly api: DownstreamApi; readonly refusal: ApiRefusal }
  /** One of them, at least. */
  | { readonly kind: 'unreachable'; readonly api: DownstreamApi; readonly error: DependencyUnavailable };

export async function askAhead(machines: Machines, plans: readonly TokenPlan[]): Promise<AskedAhead> {
  const asked = await Promise.all(plans.map((plan) => askedOf(machines, plan)));
  const down = asked.find(({ kind }) => kind === 'unreachable');
  if (down !== undefined) return down;
  const [first, ...others] = asked;
  if (first?.kind === 'refused' && others.every(({ kind }) => kind === 'refused')) return first;
  const by = asked.flatMap((each) => (each.kind === 'asked' && each.askBy !== undefined ? [each.askBy] : []));
  return { kind: 'asked', ...(by.length > 0 && { askBy: instant(Math.min(...by)) }) };
}

async function askedOf(
  machines: Machines,
  { api, agentId: agent, scope: scopes }: TokenPlan,
): Promise<AskedAhead> {
  if (machines === undefined || api === undefined || agent === undefined) return { kind: 'asked' };
  try {
    const answer = await machines.tokens.mint({ api: api.uri, agent, scopes, ahead: true });
    if (answer.kind !== 'token') return { kind: 'refused', api, refusal: answer };
    const { askAgainBy: askBy } = answer;
    return { kind: 'asked', ...(askBy !== undefined && { askBy }) };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return { kind: 'unreachable', api, error };
  }
}
