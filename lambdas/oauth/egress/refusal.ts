import { refuse, type Result } from '../../runtime/result.ts';

/** What stands in the way of a token for a third party, and as which error it is told. */
const faults = {
  provider_not_active: ['invalid_target', 'the third party is disabled here, or registered no more'],
  not_by_this_grant: [
    'invalid_target',
    'tokens for a third party are had in the name of a person by token exchange, and for an agent itself by client_credentials',
  ],
  client_of_no_agent: [
    'unauthorized_client',
    'a third party is called by agents alone, and the client belongs to none',
  ],
  subject_no_person: [
    'invalid_target',
    'at a third party an agent acts for itself or for a person, and the subject_token is of no person',
  ],
  person_of_nowhere: [
    'invalid_target',
    'accounts are connected by people who sign in here, and the subject_token is of nobody who does',
  ],
  accounts_of_people: [
    'invalid_target',
    'the accounts at this third party are those of people: get the token by token exchange, in the name of one',
  ],
  nothing_allowed: ['invalid_scope', 'of what is asked, nothing is defined at the third party any more'],
  too_many_rules: [
    'invalid_scope',
    'what is asked allows more kinds of requests than fit one token: name fewer scopes at a time',
  ],
  service_account_unusable: [
    'invalid_target',
    "the third party does not take the deployment's own credential, or not for that: an operator mends it",
  ],
  provider_tokens_not_let: [
    'invalid_target',
    'the agent gets no token of the third party itself: leave requested_token_type out, and call it through the proxy',
  ],
  provider_tokens_of_third_parties: [
    'invalid_request',
    'that requested_token_type is for third parties alone, and the target is none',
  ],
  not_narrowable: [
    'invalid_target',
    'the third party makes no token of less: leave requested_token_type out, and call it through the proxy',
  ],
  details_not_acceptable: [
    'invalid_authorization_details',
    'authorization_details must be one, of the type vestibule_egress, with the names of repositories',
  ],
  provider_refused: ['invalid_target', 'the third party gives no token of that'],
  client_bound: [
    'invalid_target',
    'the tokens of the client are bound to a key of its own, and those of the third party can not be: ask with another client',
  ],
} as const satisfies Readonly<Record<string, readonly [error: EgressError, description: string]>>;

type EgressError =
  | 'interaction_required'
  | 'invalid_authorization_details'
  | 'invalid_target'
  | 'invalid_scope'
  | 'invalid_request'
  | 'unauthorized_client';

export type EgressFault = keyof typeof faults;

/** Why there is no token for a third party, and what whoever asked can do about that. */
export interface EgressRefusal {
  readonly reason: 'egress_refused';
  /** For the audit trail. */
  readonly why: string;
  readonly error: EgressError;
  readonly description: string;
  /** Of the answer, beside error and description. */
  readonly members: Readonly<Record<string, string>>;
}

export function egressRefused(why: EgressFault): Result<never, EgressRefusal> {
  const [error, description] = faults[why];
  return refuse({ reason: 'egress_refused', why, error, description, members: {} });
}

/** Only a person can go on, at that page of ours. */
export function interactionRequired(
  why: keyof typeof standings,
  interactionUri: string,
): Result<never, EgressRefusal> {
  return refuse({
    ...{ reason: 'egress_refused', why, error: 'interaction_required' },
    description: `${standings[why]}: send the person to interaction_uri, and ask again`,
    members: { interaction_uri: interactionUri },
  });
}

const standings = {
  not_connected: 'no account at the third party is connected',
  agent_not_let: 'the agent is not let use the account at the third party',
  scopes_not_let: 'the agent is not let do all of that with the account at the third party',
  connect_again: 'the account at the third party has to be connected again',
  disconnecting:
    'the account at the third party is being disconnected, and can be connected again after that',
} as const;
