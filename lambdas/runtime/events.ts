import type { EgressEvent } from './egress-events.ts';
import type { EnrolmentEvent } from './enrolment-events.ts';
import type {
  ApiTokenGiven,
  ExchangedFrom,
  ProviderTokenGiven,
  RefreshTokenGiven,
} from './exchange-events.ts';
import { logger } from './log.ts';
import type { LogoutEvent, UpstreamLogoutEvent } from './logout-events.ts';
import type { TaskEndRefused } from './operator-task-events.ts';
import type { DeliveryEvent } from './delivery-events.ts';
import type { RefresherEvent } from './refresher-events.ts';
import type { RegistrationEvent } from './registration-events.ts';
import type { TaskEnded, TaskEvent } from './task-events.ts';
import type { Via } from './via.ts';

/** Who asked for what, as far as the request got before it was decided. */
interface TokenDecision {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly clientId?: string;
  /** What a caller called itself without proving it. */
  readonly claimedClientId?: string;
  readonly agentId?: string;
  /** The person behind it, and what they granted. */
  readonly personId?: string;
  readonly grantId?: string;
  readonly grantType?: string;
  readonly resource?: string;
  readonly scope?: string;
}

/** Who asked about a token, or asked to end one. */
interface TokenQuestion {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly clientId?: string;
  /** What a caller called itself without proving it. */
  readonly claimedClientId?: string;
}

/** A request at the authorization endpoint, a page of a sign-in or a callback. */
interface SignInStep {
  readonly requestId: string;
  readonly sourceAddress: string;
}

/** Of what an identity provider caused: the mis-setting, and where it is mended (`vestibule idp doctor`). */
interface UpstreamFault {
  readonly finding?: string;
  readonly fix?: string;
}

/** A request to a route that we guard for somebody else's API. */
interface GuardedCall {
  readonly requestId: string;
  readonly sourceAddress: string;
  /** The resource behind the route, or the ARN of an AgentCore Gateway, and the route as API Gateway writes it. */
  readonly resource: string;
  readonly route: string;
}

/** What an audit trail must be able to tell. Names and ids only: never a secret, a token or an assertion. */
export type AuditEvent =
  | (TokenDecision &
      ExchangedFrom & {
        readonly event: 'token_issued';
        readonly jti: string;
        /** Absent of an opaque token, which no key signed. */
        readonly kid?: string;
        readonly expiresAt: number;
        /** The thumbprint of the key that it is bound to, or of the certificate. */
        readonly jkt?: string;
        readonly x5t?: string;
        /** What the trust anchor calls the workload that the agent is. */
        readonly workload?: string;
      })
  | (TokenDecision & (ApiTokenGiven | ProviderTokenGiven | RefreshTokenGiven))
  | (TokenDecision & {
      readonly event: 'token_refused';
      readonly reason: string;
      /** Of `grant_ended`: why it ended. */
      readonly detail?: string;
      readonly error: string;
    })
  | (TokenQuestion &
      Via & {
        readonly event: 'token_introspected';
        /** Whose server asked. */
        readonly resource?: string;
        readonly active: boolean;
        /** Why not active: told here and never to the caller. */
        readonly reason?: string;
        readonly jti?: string;
        readonly tokenClientId?: string;
        readonly agentId?: string;
        readonly grantId?: string;
      })
  | (TokenQuestion & {
      readonly event: 'introspection_refused';
      readonly reason: string;
      readonly error: string;
    })
  | (TokenQuestion & {
      readonly event: 'token_revoked';
      readonly jti: string;
      readonly agentId?: string;
      readonly grantId?: string;
      readonly expiresAt: number;
    })
  | (TokenQuestion & { readonly event: 'grant_revoked'; readonly grantId: string })
  | (TokenQuestion & {
      readonly event: 'userinfo_told';
      readonly personId: string;
      readonly grantId: string;
      readonly jti: string;
    })
  | (TokenQuestion & { readonly event: 'userinfo_refused'; readonly reason: string })
  /** The caller is told so only where it did not prove itself or sent no token. */
  | (TokenQuestion & { readonly event: 'revocation_refused'; readonly reason: string })
  /** An authorization request that its client pushed (RFC 9126). */
  | (TokenQuestion & {
      readonly event: 'request_pushed';
      readonly resource?: string;
      readonly scope: string;
      readonly expiresAt: number;
    })
  | (TokenQuestion & {
      readonly event: 'request_push_refused';
      readonly reason: string;
      /** Of `request_unsound`: what was wrong with the request. */
      readonly detail?: string;
      readonly error: string;
    })
  | (GuardedCall &
      Via & {
        readonly event: 'call_admitted';
        readonly clientId: string;
        readonly agentId?: string;
        readonly jti: string;
      })
  | (GuardedCall & {
      readonly event: 'call_refused';
      readonly status: number;
      readonly reason: string;
      readonly description?: string;
    })
  | (SignInStep &
      UpstreamFault & {
        readonly event: 'authorization_refused';
        readonly clientId?: string;
        readonly claimedClientId?: string;
        readonly idp?: string;
        readonly reason: string;
        /** Of `client_document_refused`: the class of what is wrong. */
        readonly detail?: string;
        /** What the client was told. */
        readonly error?: string;
      })
  /** A yes, or what stands for it: the person was sent to the identity provider. */
  | (SignInStep & {
      readonly event: 'sign_in_started';
      readonly clientId: string;
      readonly idp: string;
      readonly consent: 'asked' | 'implied' | 'remembered';
      readonly resource?: string;
      readonly scope: string;
    })
  /** Nobody refused it, and the person may try again. */
  | (SignInStep &
      UpstreamFault & {
        readonly event: 'sign_in_failed';
        readonly clientId: string;
        readonly idp: string;
        readonly reason: string;
        readonly dependency?: string;
        readonly detail?: string;
      })
  | (SignInStep & {
      readonly event: 'authorization_granted';
      readonly clientId: string;
      readonly agentId?: string;
      readonly personId: string;
      readonly idp: string;
      readonly consent: 'asked' | 'implied' | 'remembered';
      readonly grantId: string;
      readonly resource?: string;
      readonly scope: string;
      readonly offline: boolean;
      /** The client is on a device elsewhere, which asked for it. */
      readonly device?: true;
    })
  /** A client on a device without a browser waits for a person (RFC 8628). */
  | (TokenQuestion & { readonly event: 'device_began'; readonly resource?: string; readonly scope: string })
  | (TokenQuestion & { readonly event: 'device_refused'; readonly reason: string; readonly error: string })
  /** Somebody entered a user code that is none, or tried too many. */
  | (SignInStep & { readonly event: 'user_code_refused'; readonly reason: string })
  /** By itself (RFC 7591, 7592). `found`: it registered what was registered already. */
  | {
      readonly event: 'client_registered';
      readonly requestId: string;
      readonly sourceAddress: string;
      readonly clientId: string;
      readonly change: 'created' | 'found' | 'replaced' | 'removed';
      readonly awaitsApproval: boolean;
      /** Of a software statement, whose claims count. */
      readonly statementIssuer?: string;
      /** By which initial access token the client came. */
      readonly registrationTokenId?: string;
      /** The identity providers at which it is a client of its own. */
      readonly enrolledAt?: readonly string[];
    }
  | {
      readonly event: 'client_registration_refused';
      readonly requestId: string;
      readonly sourceAddress: string;
      readonly claimedClientId?: string;
      /** That a refused software statement names; one of the config's. */
      readonly statementIssuer?: string;
      readonly registrationTokenId?: string;
      /** The identity provider that made no client of it, why, and what an administrator can do. */
      readonly idp?: string;
      readonly detail?: string;
      readonly fix?: string;
      readonly reason: string;
    }
  | EnrolmentEvent
  | EgressEvent
  | DeliveryEvent
  | RefresherEvent
  | RegistrationEvent
  | {
      readonly event: 'provider_certificate_made';
      readonly requestId: string;
      readonly idp: string;
      readonly key: string;
      /** SHA-256 of it, as base64url. */
      readonly thumbprint: string;
      readonly expiresAt: string;
      readonly by: string;
    }
  | {
      readonly event: 'provider_certificate_refused';
      readonly requestId: string;
      readonly idp: string;
      readonly reason: string;
      readonly by: string;
    }
  | {
      readonly event: 'client_secret_changed';
      readonly change: 'added' | 'removed';
      readonly clientId: string;
      readonly secretId: string;
      readonly by: string;
    }
  | AccountEvent
  | PersonEvent
  | TaskEndRefused
  | UpstreamLogoutEvent
  | LogoutEvent
  | TaskEvent
  | TaskEnded
  | KeyEvent;

/** What people do on the page where they see and withdraw what they granted. */
type AccountEvent = { readonly requestId: string; readonly sourceAddress: string } & (
  | { readonly event: 'account_opened'; readonly person: string; readonly idp: string }
  | (UpstreamFault & { readonly event: 'account_refused'; readonly reason: string; readonly detail?: string })
  | { readonly event: 'account_signed_out'; readonly person: string }
  /** What was kept for the grant goes on with what they were given now. */
  | { readonly event: 'account_signed_in_again'; readonly person: string; readonly grantId: string }
  | {
      readonly event: 'consent_withdrawn';
      readonly person: string;
      readonly clientId: string;
      /** How many were ended. */
      readonly grants: number;
    }
);

/** What operators do about people. */
type PersonEvent = { readonly requestId: string; readonly by: string } & (
  | {
      readonly event: 'person_ended';
      readonly person: string;
      /** How many of their grants were ended, and whether they ever made one. */
      readonly grants: number;
      readonly known: boolean;
    }
  | { readonly event: 'person_end_refused'; readonly reason: string }
);

/** The life of a signing key. `by` is an operator's ARN, `deployment/<stack>` or `schedule/<stack>`. */
type KeyEvent =
  /** Made, and in the key set: a standby. */
  | {
      readonly event: 'signing_key_published';
      readonly kid: string;
      readonly custody: 'kms' | 'envelope';
      readonly keyArn?: string;
      readonly by: string;
    }
  | {
      readonly event: 'signing_key_activated';
      readonly kid: string;
      readonly signsFrom: number;
      readonly by: string;
    }
  | {
      readonly event: 'signing_key_retired';
      readonly kid: string;
      readonly publishedUntil: number;
      readonly compromised: boolean;
      readonly by: string;
    }
  | { readonly event: 'signing_key_destroyed'; readonly kid: string; readonly by: string }
  | {
      readonly event: 'key_rotation_refused';
      readonly requestId: string;
      readonly reason: string;
      readonly kid?: string;
      readonly by: string;
    }
  /** Of every daily run. `kid` and `days`: the key that signs, and for how long; absent where none does. */
  | {
      readonly event: 'signing_key_age';
      readonly kid?: string;
      readonly days?: number;
      readonly rotationDays: number;
      readonly standbys: number;
    }
  /** The secret behind cookies and forms; what was sealed before the one before it opens no more. */
  | {
      readonly event: 'seal_secret_rotated' | 'nonce_secret_rotated';
      readonly days: number;
      readonly by: string;
    }
  /** Tokens cannot be signed: one event for each failed try to unwrap the key. */
  | { readonly event: 'signing_key_unavailable'; readonly kid: string; readonly reason: string };

export type Audit = (event: AuditEvent) => void;

/** Writes one line for the audit trail. It never throws: a decision that was taken stands. */
export const audit: Audit = (event) => {
  try {
    logger.info(event.event, { audit: event });
  } catch {
    // Nothing is left to report it to.
  }
};
