import type { EgressRequest } from '../egress/proxy/asked-call.ts';
import { type BeginEgressCall, callNames } from '../egress/proxy/egress-call.ts';
import type { JudgeCaller } from '../oauth/egress-calls/judge-caller.ts';
import { readClientCertificate } from '../oauth/mutual-tls/client-certificate.ts';
import { readCredential, readProofHeader } from '../resource-server/credential.ts';
import { encodedPath } from '../resource-server/encoded-path.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { EgressProviderId, Issuer } from '../runtime/identifiers.ts';
import { protectedResourceMetadataUrl } from '../token-client/addresses.ts';
import { refusedCall, refusedCaller, thirdPartyAnswer } from './egress-answers.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { notFound } from './routes.ts';

interface Served {
  /** Ours. */
  readonly issuer: Issuer;
  readonly judge: JudgeCaller;
  readonly begin: BeginEgressCall;
  readonly audit: Audit;
}

const placeOfCall = /^\/egress\/(?<provider>[^/]+)(?<path>\/.*)?$/s;

/** `/egress/{provider}`, and below it the third party's own paths. */
export function egressHttpEndpoint(served: Served, clock: Clock): Endpoint {
  return async (request) => {
    const { provider, path = '' } = placeOfCall.exec(request.path)?.groups ?? {};
    if (provider === undefined) return notFound();
    const { method, query, headers, body, requestId, sourceAddress } = request;
    const asked = { method, path, query, headers, body, requestId, sourceAddress };
    return called(served, request, { ...asked, provider: provider as EgressProviderId }, clock);
  };
}

async function called(
  { issuer, judge, begin, audit }: Served,
  { clientCertificate }: HttpRequest,
  asked: EgressRequest,
  clock: Clock,
): Promise<HttpResponse> {
  const { provider, method, headers, query, sourceAddress } = asked;
  const credential = readCredential({ headers, url: `?${query}` });
  const isToken = credential.kind === 'bearer' || credential.kind === 'dpop';
  const now = clock();
  const call = begin();
  const judged = await judge(
    {
      ...{ provider, method, sourceAddress, path: headers['vestibule-path'] ?? encodedPath(asked.path) },
      presented: isToken ? { scheme: credential.kind, token: credential.token } : undefined,
      proof: readProofHeader({ headers }),
      certificate: readClientCertificate(clientCertificate),
    },
    now,
  );
  const resourceMetadata = protectedResourceMetadataUrl(`${issuer}/egress/${provider}`);
  const context = {
    resourceMetadata,
    scopes: [],
    ...(credential.kind === 'dpop' && { scheme: 'DPoP' as const }),
  };
  if (!judged.ok) {
    const { refusal, names } = judged.refusal;
    audit({ event: 'egress_refused', ...callNames(asked, names), reason: refusal.reason });
    return refusedCaller(refusal, credential, context);
  }
  const { caller, nonce } = judged.value;
  const outcome = await call(asked, caller, now);
  const answer = outcome.ok ? thirdPartyAnswer(outcome.value) : refusedCall(outcome.refusal, context);
  return nonce === undefined ? answer : { ...answer, headers: { ...answer.headers, 'dpop-nonce': nonce } };
}
