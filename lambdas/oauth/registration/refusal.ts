import type { EnrolmentRefusal } from '../../ports/enrolments.ts';
import type { LimitRefusal } from '../refusal.ts';

/** Why a client is not registered, or its registration not changed; details are words for its developer. */
export type RegistrationRefusal =
  | { readonly reason: 'redirect_uri_invalid'; readonly detail: string }
  | { readonly reason: 'metadata_invalid'; readonly detail: string }
  | {
      readonly reason: 'software_statement_invalid';
      readonly detail: string;
      /** Of those that the config names. */
      readonly issuer?: string;
    }
  /** Of an issuer that the config does not name. */
  | { readonly reason: 'software_statement_unapproved' }
  /** The registration access token is missing, or not that of the client. */
  | { readonly reason: 'registration_token_invalid' }
  | { readonly reason: 'initial_access_token_missing' }
  | { readonly reason: 'initial_access_token_unknown' }
  | {
      readonly reason: 'initial_access_token_expired' | 'initial_access_token_spent';
      readonly registrationTokenId: string;
    }
  /** Another change came between. */
  | { readonly reason: 'changed_meanwhile' }
  | EnrolmentRefusal
  | LimitRefusal;

interface RegistrationError {
  readonly status: 400 | 401 | 409 | 429 | 503;
  readonly error: string;
  readonly description: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** RFC 7591 §3.2.2, and for the registration access token RFC 7592 §2. */
export function toRegistrationError(refusal: RegistrationRefusal): RegistrationError {
  if (isAboutToken(refusal)) {
    return { status: 401, error: 'invalid_token', description: aboutToken[refusal.reason] };
  }
  switch (refusal.reason) {
    case 'redirect_uri_invalid':
      return { status: 400, error: 'invalid_redirect_uri', description: refusal.detail };
    case 'metadata_invalid':
      return { status: 400, error: 'invalid_client_metadata', description: refusal.detail };
    case 'software_statement_invalid':
      return { status: 400, error: 'invalid_software_statement', description: refusal.detail };
    case 'software_statement_unapproved': {
      const description = 'software_statement is of an issuer that this server does not take statements of';
      return { status: 400, error: 'unapproved_software_statement', description };
    }
    case 'changed_meanwhile':
      return {
        status: 409,
        error: 'conflict',
        description: 'the client was changed meanwhile; read it again',
      };
    case 'enrolment_full':
    case 'enrolment_refused':
      return notEnrolled(refusal);
    case 'too_many_requests':
      return tooMany(refusal);
  }
}

// RFC 6585 §4, with the error of our other endpoints: RFC 7591 has none for it.
function tooMany({ retryAfterSeconds }: LimitRefusal): RegistrationError {
  const description = `too many new clients from this address; register once and keep the client_id, and try again in ${retryAfterSeconds} s`;
  return { status: 429, error: 'too_many_requests', description, retryAfter: retryAfterSeconds };
}

/** Nothing that the client could mend: its operators find in the audit trail what to do. */
function notEnrolled({ reason, idp }: EnrolmentRefusal): RegistrationError {
  return reason === 'enrolment_full'
    ? {
        ...{ status: 429, error: 'too_many_requests', retryAfter: 3_600 },
        description: `as many clients as there may be are registered at the identity provider ${idp}: ask the operators, or try again later`,
      }
    : {
        ...{ status: 503, error: 'temporarily_unavailable', retryAfter: 60 },
        description: `the identity provider ${idp} does not register the client: ask the operators, or try again later`,
      };
}

const aboutToken = {
  registration_token_invalid: 'there is no such client, or the registration access token is not its own',
  initial_access_token_missing:
    'clients are registered here by an initial access token: ask the operators for one, and send "Authorization: Bearer <token>"',
  initial_access_token_unknown:
    'there is no such initial access token, or it was removed: ask the operators for another',
  initial_access_token_expired: 'the initial access token has expired: ask the operators for another',
  initial_access_token_spent:
    'the initial access token has registered as many clients as it may: ask the operators for another',
} as const;

function isAboutToken(
  refusal: RegistrationRefusal,
): refusal is Extract<RegistrationRefusal, { readonly reason: keyof typeof aboutToken }> {
  return Object.hasOwn(aboutToken, refusal.reason);
}
