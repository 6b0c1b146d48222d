import type { Connecting, ConnectionStanding } from '../../ports/connecting.ts';
import type { EgressProvider, EgressProviders, RequestRule } from '../../ports/egress-providers.ts';
import { type EgressDetail, egressDetailType } from '../../ports/egress-token.ts';
import type { Resource } from '../../ports/registry.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import type { ConnectionId, EgressProviderId, Issuer, ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { beyond, formatScope, intersection } from '../scope/scope.ts';
import { type Account, accountOf } from './account.ts';
import { egressRefused, type EgressRefusal, interactionRequired } from './refusal.ts';

/** Third parties, and how accounts at them stand. */
export interface EgressPorts {
  readonly issuer: Issuer;
  readonly providers: Pick<EgressProviders, 'find'>;
  readonly connecting: Pick<Connecting, 'standing' | 'narrow'>;
}

interface Asking {
  readonly now: Instant;
  /** Whether the scopes were named. Where they were not, the token is of what the account lets the agent do. */
  readonly isExact: boolean;
}

type Waiting = Extract<ConnectionStanding, { readonly kind: 'interaction_required' }>;

/** Seconds: nothing is asked about a token for the proxy but whether it has ended, so that a change of rules holds for all so soon. */
const longestSeconds = 300;

/** Characters: with all else that it says, a token has to fit the headers of a request, which are 10 kB at an API Gateway. */
const longestRules = 4_500;

/**
 * A token for the proxy, as all else about it was decided: with the account that is used for it, and the requests that its scopes
 * allow now. Nothing is asked about accounts before that, so that whoever policy does not let learns nothing of them.
 */
export async function withEgress(
  egress: EgressPorts | undefined,
  plan: TokenPlan,
  { now, isExact }: Asking,
): Promise<Result<TokenPlan, EgressRefusal>> {
  if (plan.resource?.kind !== 'egress') return ok(plan);
  const provider = await activeProvider(egress, plan.resource);
  if (egress === undefined || provider === undefined) return egressRefused('provider_not_active');
  const account = accountOf(plan, provider);
  if (!account.ok) return account;
  const connected = await connectedFor(egress, provider, account.value, { scopes: plan.scope, isExact });
  if (!connected.ok) return connected;
  const scope = intersection(plan.scope, connected.value.scopes);
  const rules = rulesOf(provider, scope);
  if (rules.length === 0) return egressRefused('nothing_allowed');
  if (JSON.stringify(rules).length > longestRules) return egressRefused('too_many_rules');
  const { connection } = connected.value;
  const until = instant(Math.min(plan.until ?? Infinity, after(now, longestSeconds)));
  return ok({ ...plan, scope, until, egress: detailOf(provider, account.value, connection, rules) });
}

/** The third party behind a resource of that kind, which has its id. */
export async function activeProvider(
  egress: Pick<EgressPorts, 'providers'> | undefined,
  { id }: Pick<Resource, 'id'>,
): Promise<EgressProvider | undefined> {
  const provider = await egress?.providers.find(id as string as EgressProviderId);
  return provider?.state === 'active' ? provider : undefined;
}

async function connectedFor(
  { issuer, connecting }: EgressPorts,
  { id: provider }: EgressProvider,
  account: Account,
  { scopes, isExact }: { readonly scopes: readonly ScopeName[]; readonly isExact: boolean },
): Promise<
  Result<{ readonly connection: ConnectionId; readonly scopes: readonly ScopeName[] }, EgressRefusal>
> {
  const { agent, holder } = account;
  const standing = await connecting.standing({ provider, holder }, { agent, scopes });
  const toLet = (why: Waiting['why']): Result<never, EgressRefusal> =>
    interactionRequired(why, connectPage(issuer, provider, account, scopes));
  switch (standing.kind) {
    case 'connected':
      return isExact && beyond(scopes, standing.scopes).length > 0 ? toLet('scopes_not_let') : ok(standing);
    case 'provider_gone':
      return egressRefused('provider_not_active');
    case 'interaction_required':
      return holder.kind === 'service' ? egressRefused('service_account_unusable') : toLet(standing.why);
  }
}

/** Where the person says what the agent may do with their account. */
export function connectPage(
  issuer: Issuer,
  provider: EgressProviderId,
  { agent, holder }: Account,
  scopes: readonly ScopeName[],
): string {
  const asked = new URLSearchParams({
    ...{ agent, scope: formatScope(scopes) },
    ...(holder.kind === 'group' && { group: holder.group }),
  });
  return `${issuer}/connect/${provider}?${asked.toString()}`;
}

function rulesOf({ scopes }: EgressProvider, granted: readonly ScopeName[]): readonly RequestRule[] {
  return scopes.filter(({ name }) => granted.includes(name)).flatMap(({ rules }) => rules);
}

function detailOf(
  { id: provider }: EgressProvider,
  { holder }: Account,
  connection: ConnectionId,
  rules: readonly RequestRule[],
): EgressDetail {
  return {
    ...{ type: egressDetailType, provider, connection, holder: holder.kind, rules },
    ...(holder.kind === 'person' && { idp: holder.idp }),
    ...(holder.kind === 'group' && { group: holder.group }),
  };
}
