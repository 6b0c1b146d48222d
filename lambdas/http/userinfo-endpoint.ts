import { toWire } from '../oauth/refusal.ts';
import type { AskUserinfo, UserinfoRefusal } from '../oauth/userinfo/userinfo-endpoint.ts';
import {
  type Challenge,
  credentialMissing,
  requestMalformed,
  scopeInsufficient,
  tokenInvalid,
} from '../resource-server/challenge.ts';
import { readCredential } from '../resource-server/credential.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { errorJson, json } from './respond.ts';

const context = { scopes: ['openid'] } as const;

/** `/userinfo`. OIDC Core §5.3.1: by GET and by POST, the token in the Authorization header and nowhere else. */
export function userinfoHttpEndpoint(ask: AskUserinfo, clock: Clock): Endpoint {
  const answer = async (request: HttpRequest): Promise<HttpResponse> => {
    const { headers, query, requestId, sourceAddress } = request;
    const credential = readCredential({ headers, url: `?${query}` });
    const token = credential.kind === 'bearer' ? credential.token : undefined;
    const asked = await ask({ token, requestId, sourceAddress }, clock());
    if (asked.ok) return json(200, asked.value);
    return credential.kind === 'malformed' && asked.refusal.reason === 'no_token'
      ? challenged(requestMalformed(context, credential.description))
      : refused(asked.refusal);
  };
  return methods({ GET: answer, POST: answer });
}

function refused(refusal: UserinfoRefusal): HttpResponse {
  if (refusal.reason === 'too_many_requests') {
    const { status, error, description, retryAfter = 1 } = toWire(refusal);
    return errorJson(status, error, description, { 'retry-after': String(retryAfter) });
  }
  if (refusal.reason === 'no_token') return challenged(credentialMissing(context));
  if (refusal.reason === 'scope_insufficient') return challenged(scopeInsufficient(context));
  return challenged(tokenInvalid(context, 'The access token is expired, ended, or none of this issuer'));
}

function challenged({ status, headers, body }: Challenge): HttpResponse {
  return { status, headers, body: JSON.stringify(body) };
}
