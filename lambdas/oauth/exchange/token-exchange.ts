import type { Delegation, RegistryReader } from '../../ports/registry.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { defineGrant, type Decided, type Grant, type GrantContext, type TokenPlan } from '../grants/grant.ts';
import { type ApiPorts, apiRequest, tokenOfApi } from './api-token.ts';
import type { ExchangeTarget } from './api-target.ts';
import { type HeldScope, heldByRoles } from '../people/held-scope.ts';
import type { EgressPorts } from '../egress/egress-access.ts';
import { providerToken } from '../egress/provider-token.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { JudgeActor } from './actor-token.ts';
import { delegatedScope, delegatedTarget } from './delegated-access.ts';
import {
  exchangeParameters,
  type ExchangeRequest,
  isOfPeople,
  readExchangeRequest,
} from './exchange-request.ts';
import { exchangedIdentity } from './exchanged-identity.ts';
import { nextLink } from './next-link.ts';
import { type FamilyPorts, openedFamily } from './opened-family.ts';
import { readSubject } from './read-subject.ts';
import { exchangeRefused } from './refusal.ts';
import { presenterFault, type Requester, requesterOf } from './requester.ts';
import type { Subject, SubjectReader } from './subject.ts';
import {
  accessTokenType,
  exchangeGrantType,
  idTokenType,
  jwtType,
  providerTokenType,
  refreshTokenType,
} from './token-types.ts';

export interface ExchangePorts extends ApiPorts {
  readonly registry: RegistryReader;
  readonly subjects: readonly SubjectReader[];
  readonly judgeActor: JudgeActor;
  /** As many actors and no more are in a chain. */
  readonly maximumDepth: number;
  /** Undefined where no people sign in. */
  readonly people: FamilyPorts | undefined;
  /** Undefined where there are no third parties. */
  readonly egress?: EgressPorts | undefined;
}

/** RFC 8693 §2.1: whoever was sent a token gets one for somebody else, in the name of who sent it. */
export function tokenExchangeGrant(ports: ExchangePorts): Grant {
  return defineGrant({
    type: exchangeGrantType,
    parameters: exchangeParameters,
    parse: readExchangeRequest,
    decide: (request, context) => exchange(ports, request, context),
  });
}

/** One exchange, decided. Nothing is used up by it: the same token may be exchanged again for as long as it counts. */
export async function exchange(
  ports: ExchangePorts,
  request: ExchangeRequest,
  context: GrantContext,
): Promise<Result<Decided, GrantRefusal>> {
  const { requestedType } = request;
  if (isOfPeople(requestedType) && ports.people === undefined) {
    return exchangeRefused('requested_token_type_unknown', `${accessTokenType} ${jwtType}`);
  }
  const requester = await requesterOf(ports.registry, context.client);
  if (!requester.ok) return requester;
  const actor = await shownActor(ports, requester.value, request, context);
  if (!actor.ok) return actor;
  const subject = await presentedSubject(ports, requester.value, request, context);
  if (!subject.ok) return subject;
  if (requestedType === idTokenType) return exchangedIdentity(ports, requester.value, subject.value, request);
  const access = await delegatedTarget(ports, requester.value.delegations, request);
  if (!access.ok) return access;
  const decision = { ...access.value, requester: requester.value, subject: subject.value };
  return exchanged(ports, request, decision, context);
}

async function shownActor(
  { judgeActor }: ExchangePorts,
  { actor }: Requester,
  { actor: sent }: ExchangeRequest,
  { now }: GrantContext,
): Promise<Result<true, GrantRefusal>> {
  return sent === undefined ? ok(true) : judgeActor(actor, sent, now);
}

/** The one in whose name the requester may ask at all. */
async function presentedSubject(
  { registry, subjects }: ExchangePorts,
  requester: Requester,
  { subject: sent }: ExchangeRequest,
  context: GrantContext,
): Promise<Result<Subject, GrantRefusal>> {
  const subject = await readSubject(subjects, sent, context);
  if (!subject.ok) return subject;
  const presented = await presenterFault(registry, requester, subject.value);
  return presented.ok ? subject : presented;
}

/** Who acts for whom, and where. */
export interface Decision {
  readonly requester: Requester;
  readonly subject: Subject;
  readonly rule: Delegation;
  readonly target: ExchangeTarget;
}

async function exchanged(
  ports: ExchangePorts,
  { requestedType, scope, forTask, authorizationDetails }: ExchangeRequest,
  decision: Decision,
  context: GrantContext,
): Promise<Result<Decided, GrantRefusal>> {
  const { requester, subject, target } = decision;
  const decided = await delegatedPlan(decision, {
    ...{ scope, maximumDepth: ports.maximumDepth },
    held: () => heldAt(ports, subject, target),
  });
  if (!decided.ok) return decided;
  const plan = decided.value;
  if ('api' in target.is) {
    const { api } = target.is;
    const asked = apiRequest(
      { api, subject, actor: requester.actor, scope: plan.scope, requestedType },
      context.client,
    );
    return asked.ok
      ? ok({ plan, elsewhere: () => tokenOfApi(ports, api, asked.value, subject.expiresAt) })
      : asked;
  }
  if (requestedType === providerTokenType) {
    return providerToken(ports.egress, plan, { ...context.client, authorizationDetails });
  }
  if (requestedType === jwtType && target.isOpaque) return exchangeRefused('target_opaque');
  if (requestedType !== refreshTokenType || ports.people === undefined) {
    return ok({ plan, issuedTokenType: requestedType });
  }
  // It would go on after the end of its task.
  return subject.tasks === undefined || forTask === true
    ? openedFamily(ports.people, decision, plan, context)
    : exchangeRefused('refresh_of_task');
}

/** What policy lets the requester do at the target in the name of the subject, and no more. */
export async function delegatedPlan(
  { requester, subject, rule, target }: Decision,
  {
    scope: wanted,
    held: holds,
    maximumDepth,
  }: {
    readonly scope: string | undefined;
    /** What the person holds at the target. */
    readonly held: () => Promise<Result<HeldScope, GrantRefusal>>;
    readonly maximumDepth: number;
  },
): Promise<Result<TokenPlan, GrantRefusal>> {
  if (!rule.subjects.includes(subject.kind)) return exchangeRefused('subject_kind_not_delegated');
  const held = await holds();
  if (!held.ok) return held;
  const scope = delegatedScope(wanted, subject, { rule, target, held: held.value });
  if (!scope.ok) return scope;
  const link = nextLink(subject, requester.actor, { mode: rule.mode, maximumDepth });
  if (!link.ok) return link;
  const { id, idp, expiresAt, granted, tasks } = subject;
  return ok({
    ...{ subject: id, ...requester.actor, audience: target.audience, scope: scope.value },
    ...('resource' in target.is && { resource: target.is.resource }),
    exchanged: link.value,
    ...(idp !== undefined && { idp }),
    ...(tasks && { tasks }),
    // RFC 8693 §2.2.1: no longer than the token that it was exchanged from.
    until: expiresAt,
    ...(granted && { granted: { ...granted, roles: held.value.roles } }),
  });
}

/** What the person holds at the target, by the roles that they had when they signed in. */
async function heldAt(
  { identityProviders }: ExchangePorts,
  { idp: id, granted }: Subject,
  { uri }: ExchangeTarget,
): Promise<Result<HeldScope, GrantRefusal>> {
  const roles = granted?.roles ?? [];
  if (id === undefined) return ok({ roles, scope: 'all' });
  const idp = (await identityProviders.all()).find((candidate) => candidate.id === id);
  // An operator disabled it, or the deployment has it no more: nobody of it gets a token.
  if (idp?.state !== 'active') return exchangeRefused('person_suspended');
  return ok(heldByRoles(idp, roles, uri));
}
