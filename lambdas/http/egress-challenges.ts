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
  tokenInvalid,
  whatEnded,
} from '../resource-server/challenge.ts';
import type { Credential } from '../resource-server/credential.ts';
import type { HttpResponse } from './message.ts';
import { errorJson } from './respond.ts';

const notGood = 'The access token is expired, ended, or not for the proxy to this third party';

/** The answer to a call that showed no token by which it may be made. */
export function refusedCaller(
  refusal: EgressTokenRefusal,
  credential: Credential,
  context: ChallengeContext,
): HttpResponse {
  if (refusal.reason === 'too_many_requests') {
    const { status, error, description, retryAfter = 1 } = toWire(refusal);
    return errorJson(status, error, description, { 'retry-after': String(retryAfter) });
  }
  return challenged(challengeFor(refusal, credential, context));
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
  return { status, headers, body: JSON.stringify(body) };
}
