import { proofAlgorithms } from './dpop-proof.ts';
import { parameter } from './header-value.ts';

/** The answer a resource server sends instead of serving the request. */
export interface Challenge {
  /** 401 no or no valid token; 403 a scope is missing; 400 malformed; 503 the issuer's keys or ends cannot be had. */
  readonly status: 400 | 401 | 403 | 503;
  /** Lower-case names. `www-authenticate` is one line with one scheme (absent on 503). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, string>>;
}

/** What every challenge of one request says. */
export interface ChallengeContext {
  readonly resourceMetadata?: string;
  /** Everything this operation needs, in one challenge (RS-8). */
  readonly scopes: readonly string[];
  /** How the client has to present its token. Default: `Bearer`. */
  readonly scheme?: 'Bearer' | 'DPoP';
}

/** What a challenge says of a token that has ended: of one of a task its client can ask why. */
export const whatEnded = {
  task: 'The task that the access token is of has ended; its handle tells why',
  other: 'The access token was ended before its expiry',
} as const;

/** RFC 6750 §3.1: no authentication at all, so no error code and nothing more than where to start. */
export function credentialMissing(context: ChallengeContext): Challenge {
  return challenge(401, [], context, { message: 'This resource needs an access token' });
}

// RFC 6750 §3.1: expired, revoked, for someone else, or not a token: all are invalid_token and 401.
export function tokenInvalid(context: ChallengeContext, description: string): Challenge {
  return refusal(401, 'invalid_token', description, context);
}

// RFC 9449 §7.1: the token may be good, and nobody showed the key that it is bound to.
export function proofInvalid(context: ChallengeContext, description: string): Challenge {
  return refusal(401, 'invalid_dpop_proof', description, context);
}

// RFC 9449 §9: the token and the key may be good; the next proof has to hold this.
export function nonceMissing(context: ChallengeContext, nonce: string): Challenge {
  const description = 'The DPoP header has to hold the nonce of the DPoP-Nonce header of this answer';
  const answer = refusal(401, 'use_dpop_nonce', description, context);
  return { ...answer, headers: { ...answer.headers, 'dpop-nonce': nonce } };
}

/** The same of a proof that did once already. */
export function proofReplayed(context: ChallengeContext): Challenge {
  return proofInvalid(context, 'The DPoP header was used before; make a proof for each request');
}

// RFC 6750 §3.1: the token is good and does not reach this far: 403, with the scope that would.
export function scopeInsufficient(context: ChallengeContext): Challenge {
  const description = 'The access token lacks a scope this operation needs';
  return refusal(403, 'insufficient_scope', description, context);
}

// RFC 6750 §3.1: a request that presents its token wrongly is invalid_request and 400.
export function requestMalformed(context: ChallengeContext, description: string): Challenge {
  return refusal(400, 'invalid_request', description, context);
}

/** Nobody can tell now whether the token is good: neither served nor called invalid, so the client keeps it. */
export function issuerUnavailable(what: 'keys' | 'ended tokens', retryAfterSeconds: number): Challenge {
  return {
    status: 503,
    headers: { ...commonHeaders, 'retry-after': String(retryAfterSeconds) },
    body: {
      error: 'temporarily_unavailable',
      error_description: `The ${what} of the issuer cannot be read now`,
    },
  };
}

const commonHeaders = { 'content-type': 'application/json', 'cache-control': 'no-store' } as const;

function refusal(
  status: Challenge['status'],
  error: string,
  description: string,
  context: ChallengeContext,
): Challenge {
  const details = [parameter('error', error), parameter('error_description', description)];
  return challenge(status, details, context, { error, error_description: description });
}

function challenge(
  status: Challenge['status'],
  details: readonly string[],
  { resourceMetadata, scopes, scheme = 'Bearer' }: ChallengeContext,
  body: Challenge['body'],
): Challenge {
  const parameters = [
    ...details,
    // RFC 9728 §5.1: an absolute URL, so that a client finds the authorization server from this answer alone.
    ...(resourceMetadata === undefined ? [] : [parameter('resource_metadata', resourceMetadata)]),
    ...(scopes.length === 0 ? [] : [parameter('scope', scopes.join(' '))]),
    // RFC 9449 §7.1: what the proof may be signed with.
    ...(scheme === 'DPoP' ? [parameter('algs', proofAlgorithms.join(' '))] : []),
  ];
  const authenticate = [scheme, parameters.join(', ')].join(' ').trim();
  return { status, headers: { ...commonHeaders, 'www-authenticate': authenticate }, body };
}
