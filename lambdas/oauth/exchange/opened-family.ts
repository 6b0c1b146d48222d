import type { Family, GrantOrigin, Grants, GrantTerms } from '../../ports/grants.ts';
import type { Delegation } from '../../ports/registry.ts';
import type { GrantStanding } from '../../ports/token-standing.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { type FamilyLife, newFamily, writeRefreshToken } from '../grants/family.ts';
import type { Decided, GrantContext, TokenPlan } from '../grants/grant.ts';
import { newGrantId } from '../grants/issue-code.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import type { Subject } from './subject.ts';
import { refreshTokenType } from './token-types.ts';

export interface FamilyPorts {
  readonly grants: Pick<Grants, 'open'>;
  readonly random: Random;
  readonly life: FamilyLife;
}

/**
 * RFC 8693 §2.2.1: a refresh token for work that goes on once the subject token has expired, where policy says so and the person lets
 * somebody go on while they are away. It is the issued token itself, and no access token comes along: the answer has no member for one.
 */
export function openedFamily(
  ports: FamilyPorts,
  { rule, subject }: { readonly rule: Delegation; readonly subject: Subject },
  plan: TokenPlan,
  { client: { client }, now }: GrantContext,
): Result<Decided, ExchangeRefusal> {
  if (rule.refresh !== true) return exchangeRefused('refresh_not_delegated');
  if (!client.grantTypes.includes('refresh_token')) return exchangeRefused('refresh_not_granted');
  const { root, jtis } = subject;
  // What is not of the person's own client may have come through rules that nobody could ask about again.
  if (jtis.length > 1) return exchangeRefused('refresh_of_exchanged');
  const origin = root && originIn(subject, root);
  if (root === undefined || origin === undefined) return exchangeRefused('nobody_signed_in');
  if (!isOffline(root, now)) return exchangeRefused('refresh_not_offline');
  return ok({
    plan,
    issuedTokenType: refreshTokenType,
    opens: opening(ports, { plan, root, origin, now }),
  });
}

type Offline = GrantStanding & { readonly family: Family };

/** Whether the client that the person let in has refresh tokens itself, one of which is still good. */
export function isOffline(root: GrantStanding, now: Instant): root is Offline {
  return root.family !== undefined && now < root.family.idleUntil;
}

function originIn(
  { jtis: [jti], holders: [holder], scope }: Subject,
  { terms: { id, resource } }: GrantStanding,
): GrantOrigin | undefined {
  if (jti === undefined || holder === undefined || resource === undefined || !('held' in scope))
    return undefined;
  return { root: id, resource, parent: { jti, ...holder, scope: scope.held } };
}

function opening(
  { grants, random, life }: FamilyPorts,
  {
    plan,
    root,
    origin,
    now,
  }: {
    readonly plan: TokenPlan;
    readonly root: Offline;
    readonly origin: GrantOrigin;
    readonly now: Instant;
  },
): NonNullable<Decided['opens']> {
  const id = newGrantId(random);
  // It ends with that of the person's own client at the latest.
  const absolute = Math.min(life.absolute, root.family.absoluteUntil - now);
  const { family, token } = newFamily(id, { life: { ...life, absolute }, random }, { now });
  const { clientId, agentId, resource, scope } = plan;
  const terms: GrantTerms = {
    ...{ id, clientId, person: root.terms.person, scope, offline: true, keptUpstream: false, origin },
    ...(agentId !== undefined && { agentId }),
    ...(resource && { resource: resource.uri }),
  };
  // Nobody is told its code, which is used.
  const code = { digest: sha256(random(32)), expiresAt: now, redeemedAt: now };
  const grant = { terms, createdAt: now, code, family };
  return {
    grant,
    keep: async () => {
      await grants.open(grant);
      return { id, refreshToken: writeRefreshToken(token), expiresAt: instant(family.idleUntil) };
    },
  };
}
