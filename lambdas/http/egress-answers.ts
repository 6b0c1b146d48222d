import { inertHeaders } from '../egress/proxy/answer-headers.ts';
import type { EgressAnswer } from '../egress/proxy/make-call.ts';
import type { CallRefusal } from '../egress/proxy/refusal.ts';
import type { EgressTokenRefusal } from '../oauth/egress-calls/refusal.ts';
import { toWire } from '../oauth/refusal.ts';
import {
  type Challenge,
  type ChallengeContext,
  credentialMissing,
  nonceMissing,
  proofInvalid,
  proofReplayed,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
  whatEnded,
} from '../resource-server/challenge.ts';
import type { Credential } from '../resource-server/credential.ts';
import type { HttpResponse } from './message.ts';
import { errorJson, json } from './respond.ts';

const notGood = 'The access token is expired, ended, or not for the proxy to this third party';

/** What the third party said, as far as the agent may see it. */
export function thirdPartyAnswer({ status, headers, bytes }: EgressAnswer): HttpResponse {
  return { status, headers, body: '', bytes };
}

/** The answer to a call that showed no token by which it may be made. */
export function refusedCaller(
  refusal: EgressTokenRefusal,
  credential: Credential,
  context: ChallengeContext,
): HttpResponse {
  if (refusal.reason === 'too_many_requests') {
    const { status, error, description, retryAfter = 1 } = toWire(refusal);
    return ownAnswer(errorJson(status, error, description, { 'retry-after': String(retryAfter) }), error);
  }
  return challenged(challengeFor(refusal, credential, context));
}

/** The answer to a call that was not made, or that the third party did not answer. */
export function refusedCall(refusal: CallRefusal, context: ChallengeContext): HttpResponse {
  const { status, error, description, retryAfterSeconds, scope, interactionUri } = refusal;
  if (error === 'invalid_token') return challenged(tokenInvalid(context, description));
  if (error === 'insufficient_scope')
    return challenged(scopeInsufficient({ ...context, scopes: [scope ?? ''] }));
  const members = {
    ...{ error, error_description: description },
    ...(interactionUri !== undefined && { interaction_uri: interactionUri }),
  };
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return ownAnswer(json(status, members, headers), error);
}

/** By this header alone an agent tells our answer from one of the third party. */
export function ownAnswer(answer: HttpResponse, error: string): HttpResponse {
  return { ...answer, headers: { ...answer.headers, ...inertHeaders, 'vestibule-error': error } };
}

function challengeFor(
  refusal: Exclude<EgressTokenRefusal, { readonly reason: 'too_many_requests' }>,
  credential: Credential,
  context: ChallengeContext,
): Challenge {
  const ofKey = { ...context, scheme: 'DPoP' } as const;
  const used = credential.kind === 'dpop' ? ofKey : context;
  if (refusal.reason === 'no_token') {
    const isMalformed = credential.kind === 'malformed';
    return isMalformed ? requestMalformed(context, credential.description) : credentialMissing(context);
  }
  if (refusal.reason === 'token_certificate_not_shown') return tokenInvalid(context, refusal.detail);
  return (
    ofProof(refusal, ofKey) ?? tokenInvalid(used, refusal.reason === 'task_ended' ? whatEnded.task : notGood)
  );
}

/** Undefined where it is not about the key that a token is bound to. */
function ofProof(refusal: EgressTokenRefusal, ofKey: ChallengeContext): Challenge | undefined {
  if (refusal.reason === 'token_binding_not_shown') return tokenInvalid(ofKey, refusal.detail);
  if (refusal.reason === 'dpop_proof_not_acceptable') return proofInvalid(ofKey, refusal.detail);
  if (refusal.reason === 'dpop_proof_replayed') return proofReplayed(ofKey);
  return 'nonce' in refusal ? nonceMissing(ofKey, refusal.nonce) : undefined;
}

function challenged({ status, headers, body }: Challenge): HttpResponse {
  return ownAnswer({ status, headers, body: JSON.stringify(body) }, body['error'] ?? 'no_token');
}
