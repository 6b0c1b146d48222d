import type { ConnectedAgent, Holder } from '../../ports/connections.ts';
import type { AgentGroup, EgressProvider, OfferedAgent } from '../../ports/egress-providers.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { AccountSession } from '../account/account-cookie.ts';
import { heldByRoles } from '../people/held-scope.ts';

/** Who may be let do what: one agent, or all of a group at once. */
export interface Choice {
  /** What it is called in a form: the id of the agent, or `group`. */
  readonly of: string;
  readonly name: string;
  readonly agents: readonly OfferedAgent[];
  readonly scopes: readonly ScopeName[];
}

/** What there is to decide about one account. */
export interface Offer {
  readonly holder: Holder;
  readonly choices: readonly Choice[];
}

/** What is offered to the person of a session: for an account of their own, or for that of a group they connect. */
export function offerOf(
  provider: EgressProvider,
  group: string | undefined,
  { person, idp }: Pick<AccountSession, 'person' | 'idp'>,
  roles: readonly string[],
): Result<Offer, { readonly reason: 'group_not_theirs' | 'nothing_offered' }> {
  if (group === undefined) {
    const choices = offeredToPeople(provider);
    if (choices.length === 0) return refuse({ reason: 'nothing_offered' });
    return ok({ holder: { kind: 'person', person, idp }, choices });
  }
  const theirs = groupsOf(provider, roles).find(({ id }) => id === group);
  if (theirs === undefined) return refuse({ reason: 'group_not_theirs' });
  const agents = provider.agents.filter(({ agent }) => theirs.agents.includes(agent));
  const scopes = [...new Set(agents.flatMap((each) => each.scopes))];
  if (scopes.length === 0) return refuse({ reason: 'nothing_offered' });
  return ok({ holder: { kind: 'group', group }, choices: [{ of: 'group', name: group, agents, scopes }] });
}

/** Each agent that acts in the name of people, and what it may be let do. */
export function offeredToPeople({ agents }: Pick<EgressProvider, 'agents'>): readonly Choice[] {
  return agents
    .filter(({ asItself, scopes }) => asItself !== true && scopes.length > 0)
    .map((agent) => ({ of: agent.agent, name: agent.name, agents: [agent], scopes: agent.scopes }));
}

/** The groups whose account somebody with those roles connects. */
export function groupsOf(
  { groups }: Pick<EgressProvider, 'groups'>,
  roles: readonly string[],
): readonly AgentGroup[] {
  return groups.filter(({ connectors }) => connectors.some((role) => roles.includes(role)));
}

/** The roles of a session that the config still has. */
export function rolesOf(idp: IdentityProvider | undefined, session: AccountSession): readonly string[] {
  return idp === undefined ? [] : heldByRoles(idp, session.roles ?? [], undefined).roles;
}

/** The field of a form by which something is let. Neither an id nor a scope holds a space. */
export function fieldOf({ of }: Choice, scope: ScopeName): string {
  return `let ${of} ${scope}`;
}

/** What a form lets which agents do; undefined where it says what was not offered. */
export function chosenBy(
  choices: readonly Choice[],
  fields: ReadonlyMap<string, string>,
): readonly ConnectedAgent[] | undefined {
  const offered = new Set(choices.flatMap((choice) => choice.scopes.map((scope) => fieldOf(choice, scope))));
  if ([...fields.keys()].some((name) => name.startsWith('let ') && !offered.has(name))) return undefined;
  return choices.flatMap((choice) => {
    const ticked = choice.scopes.filter((scope) => fields.has(fieldOf(choice, scope)));
    return choice.agents
      .map(({ agent, scopes }) => ({ agent, scopes: scopes.filter((scope) => ticked.includes(scope)) }))
      .filter(({ scopes }) => scopes.length > 0);
  });
}

/** Whether all of that is offered. */
export function isOffered(choices: readonly Choice[], agents: readonly ConnectedAgent[]): boolean {
  const offered = choices.flatMap((choice) => choice.agents);
  return agents.every(({ agent, scopes }) => {
    const found = offered.find((each) => each.agent === agent);
    return found !== undefined && scopes.every((scope) => found.scopes.includes(scope));
  });
}

/** The provider's own scopes that it takes. */
export function upstreamOf(provider: EgressProvider, agents: readonly ConnectedAgent[]): readonly string[] {
  const names = new Set(agents.flatMap(({ scopes }) => scopes));
  const taken = provider.scopes.filter(({ name }) => names.has(name)).flatMap(({ upstream }) => upstream);
  return [...new Set(taken)];
}
