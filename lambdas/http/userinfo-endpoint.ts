import { readClientCertificate } from '../oauth/mutual-tls/client-certificate.ts';
import { toWire } from '../oauth/refusal.ts';
import type { AskUserinfo, UserinfoRefusal } from '../oauth/userinfo/userinfo-endpoint.ts';
import {
  type Challenge,
  credentialMissing,
  proofInvalid,
  proofReplayed,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
  whatEnded,
} from '../resource-server/challenge.ts';
import { readCredential, readProofHeader } from '../resource-server/credential.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { errorJson, json } from './respond.ts';

const context = { scopes: ['openid'] } as const;
const notGood = 'The access token is expired, ended, or none of this issuer';

/** `/userinfo`. OIDC Core §5.3.1: by GET and by POST, the token in the Authorization header and nowhere else. */
export function userinfoHttpEndpoint(ask: AskUserinfo, clock: Clock): Endpoint {
  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    const { headers, query, requestId, sourceAddress } = request;
    const credential = readCredential({ headers, url: `?${query}` });
    const isToken = credential.kind === 'bearer' || credential.kind === 'dpop';
    const presented = isToken ? { scheme: credential.kind, token: credential.token } : undefined;
    const proof = readProofHeader({ headers });
    const certificate = readClientCertificate(request.clientCertificate);
    const { method } = request;
    const asked = await ask({ presented, proof, method, certificate, requestId, sourceAddress }, clock());
    if (asked.ok) return json(200, asked.value);
    return credential.kind === 'malformed' && asked.refusal.reason === 'no_token'
      ? challenged(requestMalformed(context, credential.description))
      : refused(asked.refusal, presented?.scheme === 'dpop');
  };
  return methods({ GET: answer, POST: answer });
}

function refused(refusal: UserinfoRefusal, byProof: boolean): HttpResponse {
  if (refusal.reason === 'too_many_requests') {
    const { status, error, description, retryAfter = 1 } = toWire(refusal);
    return errorJson(status, error, description, { 'retry-after': String(retryAfter) });
  }
  const ofKey = { ...context, scheme: 'DPoP' } as const;
  const used = byProof ? ofKey : context;
  if (refusal.reason === 'no_token') return challenged(credentialMissing(context));
  if (refusal.reason === 'scope_insufficient') return challenged(scopeInsufficient(used));
  if (refusal.reason === 'token_binding_not_shown') return challenged(tokenInvalid(ofKey, refusal.detail));
  if (refusal.reason === 'token_certificate_not_shown')
    return challenged(tokenInvalid(context, refusal.detail));
  if (refusal.reason === 'dpop_proof_not_acceptable') return challenged(proofInvalid(ofKey, refusal.detail));
  if (refusal.reason === 'dpop_proof_replayed') return challenged(proofReplayed(ofKey));
  const isOfEndedTask = refusal.reason === 'task_ended';
  return challenged(tokenInvalid(used, isOfEndedTask ? whatEnded.task : notGood));
}

function challenged({ status, headers, body }: Challenge): HttpResponse {
  return { status, headers, body: JSON.stringify(body) };
}
