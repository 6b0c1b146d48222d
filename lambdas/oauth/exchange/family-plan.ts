import type { RegistryReader } from '../../ports/registry.ts';
import type { GrantStanding, TokenStanding, TokenStandings } from '../../ports/token-standing.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { type HeldAt, type HeldPorts, heldNowAt } from '../grants/held-now.ts';
import { askedScope, personPlan } from '../grants/person-plan.ts';
import type { ExchangedGrant, PlanExchanged } from '../grants/refresh-token.ts';
import type { DocumentTrust } from '../introspection/activity.ts';
import type { HeldScope } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { intersection } from '../scope/scope.ts';
import { mayActFor } from '../tokens/access-token.ts';
import { delegatedTarget } from './delegated-access.ts';
import { askerOf, endedHolder, nothingNow, registryOf, restsOn, rootOf } from './family-standing.ts';
import { exchangeRefused } from './refusal.ts';
import { presenterFault, requesterOf } from './requester.ts';
import type { Subject } from './subject.ts';
import { delegatedPlan, type ExchangePorts } from './token-exchange.ts';

export interface FamilyPlanPorts extends DocumentTrust, HeldPorts {
  readonly exchanges: Pick<ExchangePorts, 'issuer' | 'apis' | 'maximumDepth'>;
  readonly tokenStandings: TokenStandings;
}

/** What was read of everything that a grant rests on, and of the person. */
interface Read {
  readonly standing: TokenStanding;
  readonly registry: Pick<RegistryReader, 'view' | 'resources'>;
  readonly root: GrantStanding;
  readonly held: (resource: ResourceUri | undefined) => HeldScope;
}

/**
 * What a refresh token gives that came of an exchange: as much as the exchange would give now, asked past every cache, of a token
 * such as the person's own client would get now. It is never more than either gave then.
 */
export function exchangedPlans(
  ports: FamilyPlanPorts,
  heldAt: HeldAt = (terms, context) => heldNowAt(ports, terms, context),
): PlanExchanged {
  return async (grant, asked, context) => {
    const standing = await ports.tokenStandings.read(restsOn(grant, context.now));
    const root = rootOf(grant, standing, context.now);
    if (!root.ok) return root;
    const { id } = grant.terms;
    const why = endedHolder(grant, standing, ports);
    if (why !== undefined) {
      return nothingNow(id, why, 'a client that it came through is disabled or gone, or the agent of one');
    }
    const held = await heldAt(root.value.terms, context);
    if (!held.ok) return held;
    const read = { standing, root: root.value, registry: registryOf(standing), held: held.value };
    const plan = await planNow(ports, grant, read);
    if (plan.ok) return narrowed(grant, plan.value, asked);
    const { refusal } = plan;
    return refusal.reason === 'exchange_refused'
      ? nothingNow(id, refusal.why, refusal.description)
      : nothingNow(id, refusal.reason, 'the grant of the person gives nothing at the resource it is for');
  };
}

async function planNow(
  { exchanges }: FamilyPlanPorts,
  grant: ExchangedGrant,
  { standing, registry, root, held }: Read,
): Promise<Result<TokenPlan, GrantRefusal>> {
  const { client, agent } = standing;
  const target = grant.terms.resource;
  if (client === undefined || target === undefined) return refuse({ reason: 'resource_not_available' });
  const { issuer, apis, maximumDepth } = exchanges;
  const first = await personPlan({ issuer, registry }, root.terms, askerOf(standing), {
    held: held(root.terms.resource),
  });
  if (!first.ok) return first;
  const subject = subjectNow(grant, first.value, root);
  const requester = await requesterOf(registry, { client, ...(agent && { agent }) });
  if (!requester.ok) return requester;
  const presented = await presenterFault(registry, requester.value, subject);
  if (!presented.ok) return presented;
  const access = await delegatedTarget({ registry, apis }, requester.value.delegations, {
    resources: [target],
    audience: undefined,
  });
  if (!access.ok) return access;
  if (access.value.rule.refresh !== true) return exchangeRefused('refresh_not_delegated');
  return delegatedPlan(
    { ...access.value, requester: requester.value, subject },
    { scope: undefined, maximumDepth, held: () => Promise.resolve(ok(held(target))) },
  );
}

/** As the token would be that the requester was sent, if it were sent now: it holds no more than it did, and no more than it would. */
function subjectNow(
  { terms: { id: family, origin }, family: { absoluteUntil } }: ExchangedGrant,
  { audience, resource, scope, granted }: TokenPlan,
  root: GrantStanding,
): Subject {
  const { parent } = origin;
  const mayAct = resource && mayActFor(resource);
  return {
    ...{ kind: 'person', id: root.terms.person.id, presentedBy: { audience } },
    scope: { held: intersection(parent.scope, scope) },
    expiresAt: absoluteUntil,
    ...{ jtis: [parent.jti], holders: [parent], actors: parent.agentId === undefined ? [] : [parent] },
    ...(mayAct !== undefined && { mayAct }),
    ...(granted && { granted }),
    ...{ idp: root.terms.person.idp, root, family },
  };
}

/** RFC 6749 §6: what was granted at first, or less where the client asks for less, of what is left of it. */
function narrowed(
  { terms }: ExchangedGrant,
  plan: TokenPlan,
  asked: string | undefined,
): Result<TokenPlan, GrantRefusal> {
  const wanted = askedScope(terms, asked);
  if (!wanted.ok) return wanted;
  const scope = intersection(wanted.value, plan.scope);
  return scope.length > 0 ? ok({ ...plan, scope }) : refuse({ reason: 'nothing_held' });
}
