import type { DocumentRefusal } from '../ports/documents.ts';
import type { GrantId } from '../runtime/identifiers.ts';
import type { AuthorizationError } from './authorization/refusal.ts';
import type { BearerRefusal } from './bearer/refusal.ts';
import { workloadError, type WorkloadRefusal } from './bearer/workload-refusal.ts';
import { type DeviceError, deviceErrors, type DeviceRefusal } from './device/refusal.ts';
import type { ProofRefusal } from './dpop/refusal.ts';
import type { EgressRefusal } from './egress/refusal.ts';
import type { ExchangeRefusal, NothingDelegatedNow } from './exchange/refusal.ts';
import type { ApiTokenRefusal } from './exchange/api-refusal.ts';
import { list, printable } from './error-text.ts';
import { endInWords } from './grants/end-grant.ts';
import { heldErrors, type HeldRefusal } from './grants/held-refusal.ts';
import type { CertificateBindingRefusal, CertificateRefusal } from './mutual-tls/refusal.ts';
import { taskErrors, type TaskRefusal } from './tasks/refusal.ts';

/** Why a client could not be authenticated. */
export type ClientRefusal =
  | { readonly reason: 'client_not_authenticated' }
  | { readonly reason: 'authorization_header_unusable' }
  | { readonly reason: 'several_authentication_methods' }
  | { readonly reason: 'client_secret_not_accepted' }
  | { readonly reason: 'client_disabled' }
  | { readonly reason: 'assertion_incomplete' }
  | { readonly reason: 'assertion_type_unknown' }
  | { readonly reason: 'assertion_not_acceptable'; readonly detail: string }
  | { readonly reason: 'assertion_not_verified' }
  | { readonly reason: 'assertion_keys_not_fetched'; readonly fetch: DocumentRefusal['reason'] }
  | { readonly reason: 'assertion_keys_out_of_reach'; readonly retryAfterSeconds: number }
  | { readonly reason: 'assertion_replayed' }
  | { readonly reason: 'aws_identity_not_verified' }
  | { readonly reason: 'aws_caller_not_verified' }
  | { readonly reason: 'aws_account_not_bound' }
  | { readonly reason: 'aws_role_not_bound' }
  | { readonly reason: 'aws_organization_not_bound' }
  | { readonly reason: 'aws_principal_tag_not_bound'; readonly tag: string }
  | { readonly reason: 'aws_lambda_function_not_bound' }
  | CertificateRefusal;

/** Why an authenticated client gets no token. */
export type GrantRefusal =
  | { readonly reason: 'grant_type_missing' }
  | { readonly reason: 'grant_type_unsupported' }
  | { readonly reason: 'grant_not_allowed' }
  | { readonly reason: 'client_without_agent' }
  | { readonly reason: 'agent_disabled' }
  | { readonly reason: 'several_resources' }
  | { readonly reason: 'resource_ambiguous'; readonly choices: readonly string[] }
  | { readonly reason: 'resource_not_available' }
  | { readonly reason: 'scope_malformed' }
  | { readonly reason: 'scope_not_available'; readonly available: readonly string[] }
  | { readonly reason: 'scope_empty'; readonly available: readonly string[] }
  | ProofRefusal
  | CertificateBindingRefusal
  | DeviceRefusal
  | WorkloadRefusal
  | ApiTokenRefusal
  | EgressRefusal
  | ExchangeRefusal
  | BearerRefusal
  | TaskRefusal
  | PersonGrantRefusal;

/** Why a client gets no token of what a person granted. With a `grantId` the caller has had a code or a token of that grant. */
type PersonGrantRefusal =
  | { readonly reason: 'code_missing' }
  | { readonly reason: 'code_verifier_missing' }
  | { readonly reason: 'code_unknown' }
  | { readonly reason: 'code_expired' }
  | { readonly reason: 'code_of_another_client' }
  | { readonly reason: 'redirect_uri_not_bound' }
  | { readonly reason: 'code_verifier_wrong' }
  | { readonly reason: 'code_used'; readonly grantId: GrantId }
  | { readonly reason: 'code_replayed'; readonly grantId: GrantId }
  | { readonly reason: 'refresh_token_missing' }
  | { readonly reason: 'refresh_token_unknown' }
  | { readonly reason: 'refresh_token_of_another_client' }
  | { readonly reason: 'refresh_token_expired'; readonly grantId: GrantId }
  | { readonly reason: 'refresh_token_replayed'; readonly grantId: GrantId }
  | { readonly reason: 'refreshed_too_often'; readonly retryAfterSeconds: number }
  /** `why`: of the end, as it is kept with the grant. */
  | { readonly reason: 'grant_ended'; readonly grantId: GrantId; readonly why: string }
  | HeldRefusal
  | NothingDelegatedNow
  | { readonly reason: 'agent_changed' }
  | { readonly reason: 'resource_not_granted' }
  | { readonly reason: 'scope_not_granted'; readonly available: readonly string[] };

/** Why an authenticated client may not ask about a token, or end one. */
export type TokenQuestionRefusal =
  { readonly reason: 'token_missing' } | { readonly reason: 'not_a_resource_server' };

/** Why a caller must wait, be it a client that proved itself or a source address that proves nobody. */
export interface LimitRefusal {
  readonly reason: 'too_many_requests';
  readonly of: 'client' | 'address';
  readonly perSecond: number;
  readonly retryAfterSeconds: number;
}

/** Why an authenticated client may not push an authorization request. */
export type PushRefusal =
  { readonly reason: 'request_uri_pushed' } | { readonly reason: 'client_id_of_another' } | UnsoundRequest;

/** An authorization request that is not sound; `why` is what the authorization endpoint would have refused it for. */
export interface UnsoundRequest {
  readonly reason: 'request_unsound';
  readonly why: string;
  readonly error: AuthorizationError;
  readonly description: string;
}

export type Refusal = ClientRefusal | GrantRefusal | TokenQuestionRefusal | PushRefusal | LimitRefusal;

/** An error as RFC 6749 §5.2 writes it. */
export interface WireError {
  readonly status: 400 | 401 | 429 | 503;
  readonly error:
    | 'invalid_client'
    | 'invalid_grant'
    | 'unsupported_grant_type'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | 'too_many_requests'
    | 'invalid_authorization_details'
    | DeviceError
    | AuthorizationError;
  readonly description: string;
  /** Seconds. */
  readonly retryAfter?: number;
  /** What the next proof has to hold. */
  readonly dpopNonce?: string;
  /** Of the body, beside error and description. */
  readonly members?: Readonly<Record<string, unknown>>;
}

type Wire = {
  readonly [Reason in Refusal['reason']]: (
    refusal: Extract<Refusal, { readonly reason: Reason }>,
  ) => WireError;
};

/** The only place where a reason becomes an error code. Reasons are ours to log; descriptions tell a stranger nothing. */
const wire: Wire = {
  client_not_authenticated: () =>
    invalidClient(
      'authenticate by HTTP Basic, client_secret, client_assertion, or a certificate at mtls_endpoint_aliases',
    ),
  authorization_header_unusable: () => invalidClient('the Authorization header is not HTTP Basic'),
  // RFC 6749 §2.3: not more than one method in a request.
  several_authentication_methods: () => bad('invalid_request', 'authenticate one client in one way'),
  client_secret_not_accepted: () => invalidClient('the client is unknown or its secret is wrong'),
  client_disabled: () => invalidClient('the client is disabled'),
  assertion_incomplete: () =>
    bad('invalid_request', 'client_assertion and client_assertion_type come together'),
  assertion_type_unknown: () => invalidClient('the client_assertion_type is not supported'),
  assertion_not_acceptable: ({ detail }) => invalidClient(`the client_assertion ${detail}`),
  assertion_not_verified: () =>
    invalidClient('no key of a client of that name verifies the client_assertion'),
  assertion_keys_not_fetched: ({ fetch }) =>
    invalidClient(`the keys at the jwks_uri of the client could not be read: ${fetch}`),
  assertion_keys_out_of_reach: ({ retryAfterSeconds }) => ({
    ...{ status: 503, error: 'temporarily_unavailable', retryAfter: retryAfterSeconds },
    description: `the host of the jwks_uri of the client does not answer; try again in ${retryAfterSeconds} s`,
  }),
  assertion_replayed: () => invalidClient('the client_assertion was used before'),
  aws_identity_not_verified: () =>
    invalidClient(
      'no client is registered for the issuer and the role of the client_assertion, or its signature is wrong',
    ),
  aws_caller_not_verified: () =>
    invalidClient('no such client proves itself by a signed request, or AWS does not take its signature'),
  aws_account_not_bound: () => notBound('is of another AWS account than the client is registered for'),
  aws_role_not_bound: () => notBound('is of another IAM role than the client is registered for'),
  aws_organization_not_bound: () =>
    notBound('is not of the AWS organization that the client is registered for'),
  aws_principal_tag_not_bound: ({ tag }) =>
    notBound(
      `lacks in principal_tags the value that the client is registered for: ${printable(tag)}; request_tags do not count`,
    ),
  aws_lambda_function_not_bound: () =>
    notBound('is not of a Lambda function that the client is registered for'),
  certificate_not_accepted: () =>
    invalidClient('no client of that name is registered for the certificate of the connection'),
  certificate_not_for_clients: () =>
    invalidClient(
      'the certificate of the connection is not for TLS clients: issue one with the usage clientAuth',
    ),
  certificate_out_of_time: () =>
    invalidClient('the certificate of the connection has expired, or is not valid yet'),
  grant_type_missing: () => bad('invalid_request', 'grant_type is missing'),
  grant_type_unsupported: () => bad('unsupported_grant_type', 'the grant_type is not supported'),
  grant_not_allowed: () => bad('unauthorized_client', 'the client is not registered for this grant_type'),
  client_without_agent: () => bad('unauthorized_client', 'the client belongs to no agent'),
  agent_disabled: () => bad('unauthorized_client', 'the agent of the client is disabled'),
  several_resources: () => bad('invalid_target', 'ask for one resource at a time'),
  resource_ambiguous: ({ choices }) => bad('invalid_target', `name a resource, one of: ${list(choices)}`),
  resource_not_available: () =>
    bad('invalid_target', 'the resource is unknown or not in the catalogue of the agent'),
  scope_malformed: () => bad('invalid_scope', 'the scope is malformed'),
  scope_not_available: ({ available }) => bad('invalid_scope', `the agent may ask for: ${list(available)}`),
  scope_empty: ({ available }) =>
    bad('invalid_scope', `nothing is granted unasked; the agent may ask for: ${list(available)}`),
  api_token_refused: ({ error, description, members }) => ({ ...bad(error, description), members }),
  egress_refused: ({ error, description, members }) => ({ ...bad(error, description), members }),
  dpop_proof_missing: () =>
    bad('invalid_dpop_proof', 'this takes a proof of the key that the client has: send the DPoP header'),
  dpop_proof_not_acceptable: ({ detail }) => bad('invalid_dpop_proof', `the DPoP header ${detail}`),
  dpop_nonce_missing: ({ nonce }) =>
    useNonce(nonce, 'the DPoP header must have in nonce what DPoP-Nonce says'),
  dpop_nonce_not_accepted: ({ nonce }) =>
    useNonce(nonce, 'the nonce of the DPoP header is too old; take what DPoP-Nonce says'),
  dpop_proof_replayed: () =>
    bad('invalid_dpop_proof', 'the DPoP header was used before; make a proof for each request'),
  dpop_key_not_bound: () =>
    bad('invalid_grant', 'what is presented is bound to another key than the DPoP header proves'),
  certificate_missing: () =>
    bad(
      'invalid_request',
      'the tokens of the client are bound to a certificate: send the request with it, to mtls_endpoint_aliases',
    ),
  certificate_not_bound: () =>
    bad('invalid_grant', 'what is presented is bound to another certificate than that of the connection'),
  dpop_beside_certificate: () =>
    bad(
      'invalid_request',
      'the tokens of the client are bound to its certificate: leave out the DPoP header',
    ),
  code_missing: () => bad('invalid_request', 'code is missing'),
  code_verifier_missing: () =>
    bad('invalid_request', 'code_verifier is missing: send the one of the challenge'),
  code_unknown: codeNotAccepted,
  code_expired: codeNotAccepted,
  code_of_another_client: codeNotAccepted,
  redirect_uri_not_bound: () =>
    bad('invalid_grant', 'the redirect_uri is not the one that the code was asked for with'),
  // RFC 7636 §4.6.
  code_verifier_wrong: () => bad('invalid_grant', 'the code_verifier does not fit the code_challenge'),
  code_used: () => bad('invalid_grant', 'the code was used a moment ago: use the tokens that came with it'),
  code_replayed: () =>
    bad('invalid_grant', 'the code was used before: what was issued on it has ended; ask the person again'),
  device_code_missing: ofDevice,
  device_code_unknown: ofDevice,
  device_code_of_another_client: ofDevice,
  device_code_expired: ofDevice,
  device_waiting: ofDevice,
  device_polled_too_fast: ofDevice,
  device_denied: ofDevice,
  workload_not_accepted: ofWorkload,
  workload_assertion_replayed: ofWorkload,
  refresh_token_missing: () => bad('invalid_request', 'refresh_token is missing'),
  refresh_token_unknown: refreshTokenNotAccepted,
  refresh_token_of_another_client: refreshTokenNotAccepted,
  refresh_token_expired: () => bad('invalid_grant', 'the refresh_token has expired; ask the person again'),
  refresh_token_replayed: () =>
    bad(
      'invalid_grant',
      'the refresh_token was replaced before: all of its kind have ended; ask the person again',
    ),
  refreshed_too_often: ({ retryAfterSeconds }) => ({
    ...{ status: 503, error: 'temporarily_unavailable', retryAfter: retryAfterSeconds },
    description: `refreshed too often; keep tokens until they expire, and try again in ${retryAfterSeconds} s`,
  }),
  grant_ended: ({ why }) => bad('invalid_grant', printable(`the grant has ended: ${endInWords(why)}`)),
  ...heldErrors,
  nothing_delegated_now: ({ description }) =>
    bad('invalid_grant', printable(`the refresh_token gives nothing now: ${description}`)),
  agent_changed: () => bad('invalid_grant', 'the client belongs to another agent now; ask the person again'),
  resource_not_granted: () => bad('invalid_target', 'the resource is not the one that the person granted'),
  scope_not_granted: ({ available }) => bad('invalid_scope', `the person granted: ${list(available)}`),
  exchange_refused: ({ error, description }) => bad(error, printable(description)),
  assertion_refused: ({ error, description }) => bad(error, printable(description)),
  ...taskErrors,
  token_missing: () => bad('invalid_request', 'token is missing'),
  not_a_resource_server: () =>
    bad('unauthorized_client', 'the client is not registered as the server of a resource'),
  request_uri_pushed: () =>
    bad('invalid_request', 'request_uri must not be pushed: push the parameters of the request themselves'),
  client_id_of_another: () =>
    bad('invalid_request', 'the client_id names another client than the one that proved itself'),
  // RFC 9126 §2.3: with the error codes of the authorization endpoint.
  request_unsound: ({ error, description }) => bad(error, description),
  too_many_requests: tooManyRequests,
};

export function toWire(refusal: Refusal): WireError {
  const write = wire[refusal.reason] as (refusal: Refusal) => WireError;
  return write(refusal);
}

// RFC 6749 §5.2: 401 for a client that is not authenticated, whatever method it used.
function invalidClient(description: string): WireError {
  return { status: 401, error: 'invalid_client', description };
}

function notBound(what: string): WireError {
  return invalidClient(`the client_assertion ${what}`);
}

// RFC 9449 §8.
function useNonce(dpopNonce: string, description: string): WireError {
  return { status: 400, error: 'use_dpop_nonce', description, dpopNonce };
}

function codeNotAccepted(): WireError {
  return bad('invalid_grant', 'the code is unknown, expired, or of another client');
}

function ofDevice({ reason }: DeviceRefusal): WireError {
  return bad(...deviceErrors[reason]);
}

function ofWorkload(refusal: WorkloadRefusal): WireError {
  return bad(...workloadError(refusal));
}

function refreshTokenNotAccepted(): WireError {
  return bad('invalid_grant', 'the refresh_token is unknown, or of another client');
}

function bad(error: WireError['error'], description: string): WireError {
  return { status: 400, error, description };
}

// RFC 6585 §4: 429, and how long to wait. OAuth has no error code for it; MCP clients know this one.
function tooManyRequests({ of, perSecond, retryAfterSeconds }: LimitRefusal): WireError {
  const wait = `try again in ${retryAfterSeconds} s`;
  return {
    status: 429,
    error: 'too_many_requests',
    description:
      of === 'client'
        ? `the client asks more often than ${perSecond} times a second; keep tokens until they expire, and ${wait}`
        : `too many requests from this address prove no client; mend the credentials, and ${wait}`,
    retryAfter: retryAfterSeconds,
  };
}
