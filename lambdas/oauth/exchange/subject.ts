import type { SubjectKind } from '../../ports/registry.ts';
import type { GrantStanding } from '../../ports/token-standing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { AnchorGrant } from '../../ports/trust-anchors.ts';
import type { AgentId, GrantId, IdpId, ScopeName, TaskId } from '../../runtime/identifiers.ts';
import type { Result } from '../../runtime/result.ts';
import type { GrantContext, PersonsGrant } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import type { Actor, Holder } from './chain.ts';

/** Who may present a token: of ours the server of its audience, of somebody else's whom the terms of its issuer name. */
export type Presenters = { readonly audience: string } | { readonly actors: readonly AgentId[] };

/** Of a token of ours the scope at its audience, of somebody else's what its issuer's terms give at each target. */
export type SubjectScope = { readonly held: readonly ScopeName[] } | { readonly at: readonly AnchorGrant[] };

/** In whose name somebody acts, as the token shows that was sent to them. It is verified, and it stands at this moment. */
export interface Subject {
  readonly kind: SubjectKind;
  /** `sub` of all that is exchanged from it; of a workload `workload.` and a digest, as a person's is made. */
  readonly id: string;
  readonly presentedBy: Presenters;
  readonly scope: SubjectScope;
  readonly expiresAt: Instant;
  /** Of all tokens that it was exchanged from, and its own, which is the last; of a foreign one a digest of issuer and `jti`. */
  readonly jtis: readonly string[];
  /** Of those of these tokens that we issued; itself the last of them. */
  readonly holders: readonly Holder[];
  /** Who has acted until now, the first first. */
  readonly actors: readonly Actor[];
  /** Where it names one: who alone may act. */
  readonly mayAct?: string;
  /** Of a person: what tokens say of them. */
  readonly granted?: PersonsGrant;
  /** Of a person: whose roles bound what they hold at a target. Absent: what its issuer's terms give is all there is. */
  readonly idp?: IdpId;
  /** Of a person who granted something here: that, as it stands. */
  readonly root?: GrantStanding;
  /** The grant whose refresh token the first of these tokens was exchanged for, where it was. */
  readonly family?: GrantId;
  /** The task that the token is of, which comes last, and those above it: what is exchanged from it is of the same. */
  readonly tasks?: readonly TaskId[];
  /** The trust anchor of the first of these tokens, where we did not issue it. */
  readonly anchor?: string;
  /** What the terms of that anchor give at most, at targets that they name. */
  readonly bounds?: readonly AnchorGrant[];
}

/** Reads one sort of `subject_token`. */
export interface SubjectReader {
  /** The `subject_token_type`s that it may be sent as. */
  readonly types: readonly string[];
  /** Undefined: the token is not of this sort. Throws `DependencyUnavailable` where that cannot be told now. */
  readonly read: (
    token: string,
    type: string,
    context: GrantContext,
  ) => Promise<Result<Subject, GrantRefusal> | undefined>;
}
