import type { Grants, GrantTerms } from '../../ports/grants.ts';
import type { PersonStandings } from '../../ports/people.ts';
import type { Instant } from '../../runtime/clock.ts';

export interface EndPorts {
  readonly grants: Pick<Grants, 'end'>;
  readonly standings: Pick<PersonStandings, 'forget'>;
}

/** Why a grant ends. `person_ended` and what the identity provider said of it, after a colon. */
export type EndReason =
  | 'code_replayed'
  | 'refresh_token_replayed'
  | 'revoked'
  | 'withdrawn'
  | 'too_many_grants'
  | 'sessions_ended'
  | 'ended_by_operator'
  | 'device_over'
  | `person_ended: ${string}`;

/** Ends a grant, whoever else may be at it, and forgets what is kept upstream. Ended before, it is as well. */
export async function endGrant(
  { grants, standings }: EndPorts,
  { id, keptUpstream }: Pick<GrantTerms, 'id' | 'keptUpstream'>,
  reason: EndReason,
  { now, requestId }: { readonly now: Instant; readonly requestId: string },
): Promise<void> {
  await grants.end(id, { at: now, reason }, requestId);
  if (keptUpstream) await standings.forget(id);
}

const words: Readonly<Record<string, string>> = {
  code_replayed: 'its code was used a second time',
  refresh_token_replayed: 'a refresh token of it was used after it had been replaced',
  revoked: 'the client revoked it',
  withdrawn: 'the person withdrew it',
  too_many_grants: 'the person granted the same again too often',
  sessions_ended: 'the person was signed out',
  ended_by_operator: 'an operator ended everything that was granted in the name of the person',
  device_over: 'somebody else decided about the device first',
  parent_revoked: 'the token was revoked that it was exchanged for',
  root_over: 'the client that the person let in has none any more, or used it for too long a time not at all',
  'person_ended: not_kept':
    'nothing is kept any more by which to ask their identity provider about the person',
};

/** Reasons of a standing that has ended. */
const standingWords: Readonly<Record<string, string>> = {
  upstream_refused: 'it takes back what it gave at their sign-in',
  interaction_required: 'it wants to see the person, who did not sign in again in time',
  upstream_other_person: 'it answered with another person',
  idp_removed: 'it is not connected any more',
};

/** For the client, and through it for the person. */
export function endInWords(why: string): string {
  const [, detail] = words[why] === undefined ? (/^person_ended: (.*)$/s.exec(why) ?? []) : [];
  if (detail !== undefined) {
    return `the identity provider says that the person may not go on: ${standingWords[detail] ?? detail}`;
  }
  return words[why] ?? 'it was ended here';
}
