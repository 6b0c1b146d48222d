import type { DownstreamApi } from '../../ports/downstream-apis.ts';
import type { StoredTask } from '../../ports/tasks.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import type { Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { TaskTiming } from '../../tasks/due.ts';
import { apiRefused } from '../exchange/api-refusal.ts';
import { type EgressPorts, withEgress } from '../egress/egress-access.ts';
import { exchangeRefused } from '../exchange/refusal.ts';
import { boundKey } from '../dpop/possession.ts';
import type { TokenPlan } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { IssuedToken, IssueToken } from '../tokens/issue.ts';
import type { HeldTask } from './held-task.ts';
import type { MachinePorts } from './machine-access.ts';

/** A token of a task. */
export interface MintedToken extends Omit<IssuedToken, 'jti'> {
  /** Absent of a token of an API: it is its provider's own. */
  readonly jti?: string;
  readonly api?: string;
  /** Of a token of an API: when it is to be asked for again, so that nobody has to wait for it. */
  readonly askBy?: Instant;
  readonly plan: TokenPlan;
  /** What any token of the task has left at least when it is asked for. */
  readonly minimumSeconds: number;
}

/** A fifth of its life, after which a refresher in time has come round. */
export function promisedSeconds({ tokenSeconds }: TaskTiming): number {
  return Math.floor(tokenSeconds / 5);
}

/** What a token of an API has left at least while its provider answers: none is given again that has less. */
const keptSeconds = 60;

export interface MintPorts {
  readonly issuer: Issuer;
  readonly issue: IssueToken;
  readonly timing: TaskTiming;
  readonly machines?: MachinePorts | undefined;
  /** Undefined where there are no third parties. */
  readonly egress?: EgressPorts | undefined;
}

/** Makes a token that ends with its task, and with the right of the task to have it. */
export async function mintToken(
  { issue, timing, egress, ...ports }: MintPorts,
  { task, owner, key, x5t }: Pick<HeldTask, 'task' | 'owner' | 'key' | 'x5t'>,
  plan: TokenPlan,
  now: Instant,
): Promise<Result<MintedToken, GrantRefusal>> {
  const { client } = owner;
  if (plan.api !== undefined) {
    if (isBound(client)) return exchangeRefused('client_bound');
    return tokenOfProvider(ports, { ...plan, tasks: chainOf(task), api: plan.api }, untilOf(task, plan));
  }
  // RFC 9449 §5.2 of the client, RFC 9728 §2 of the resource: where either takes bound tokens alone, no other is issued.
  const dpopBound = client?.dpopBound === true || plan.resource?.dpop === 'required';
  const bound = boundKey({ dpopBound }, ok(key));
  if (!bound.ok) return bound;
  const completed = await withEgress(
    egress,
    { ...plan, until: untilOf(task, plan) },
    { now, isExact: false },
  );
  if (!completed.ok) return completed;
  const ofTask = {
    ...{ ...completed.value, tasks: chainOf(task) },
    ...(x5t !== undefined ? { x5t } : key && { jkt: key.jkt }),
  };
  const clientUntil = client?.expiresAt;
  const token = await issue({ plan: ofTask, ...(clientUntil !== undefined && { clientUntil }) }, now);
  return ok({ ...token, plan: ofTask, minimumSeconds: promisedSeconds(timing) });
}

/** RFC 9449 §5: what a provider gives is bound to nothing of whoever pulls it. */
export function isBound(client: HeldTask['owner']['client']): boolean {
  return client?.dpopBound === true || client?.certificateBound === true;
}

/** The token of the provider as it is, for as long as the task may have it: whoever pulls it is judged again then. */
async function tokenOfProvider(
  { machines, issuer }: Pick<MintPorts, 'machines' | 'issuer'>,
  plan: TokenPlan & { readonly api: DownstreamApi },
  until: Instant,
): Promise<Result<MintedToken, GrantRefusal>> {
  const { api, agentId: agent, scope: scopes } = plan;
  if (machines === undefined || agent === undefined) return refuse({ reason: 'resource_not_available' });
  const answer = await machines.tokens.mint({ api: api.uri, agent, scopes });
  if (answer.kind !== 'token') return apiRefused(answer, { issuer, acr: undefined });
  const { askAgainBy: askBy, token } = answer;
  const { accessToken, expiresAt = until, scopes: given } = token;
  return ok({
    ...{ accessToken: accessToken.reveal(), expiresAt: instant(Math.min(expiresAt, until)) },
    ...{ plan: { ...plan, scope: given }, api: api.id, minimumSeconds: keptSeconds },
    ...(askBy !== undefined && { askBy }),
  });
}

/** The root first, and the task itself last. */
function chainOf({ terms }: StoredTask) {
  return [...terms.ancestors, terms.id];
}

function untilOf({ goodUntil, ceiling }: StoredTask, { until = ceiling }: TokenPlan): Instant {
  return instant(Math.min(goodUntil, ceiling, until));
}
