import type { CallerNames } from '../egress/proxy/caller.ts';
import type { JudgeCaller } from '../oauth/egress-calls/judge-caller.ts';
import { readClientCertificate } from '../oauth/mutual-tls/client-certificate.ts';
import { readCredential, readProofHeader } from '../resource-server/credential.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Audit } from '../runtime/events.ts';
import type { EgressProviderId, Issuer } from '../runtime/identifiers.ts';
import { protectedResourceMetadataUrl } from '../token-client/addresses.ts';
import { refusedCaller } from './egress-challenges.ts';
import { encodedPath } from '../resource-server/encoded-path.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { notFound } from './routes.ts';

interface Served {
  /** Ours. */
  readonly issuer: Issuer;
  readonly judge: JudgeCaller;
  readonly audit: Audit;
}

const placeOfCall = /^\/egress\/(?<provider>[^/]+)(?<path>\/.*)?$/s;

/** `/egress/{provider}`, and below it the third party's own paths. */
export function egressHttpEndpoint(served: Served, clock: Clock): Endpoint {
  return async (request) => {
    const { provider, path = '' } = placeOfCall.exec(request.path)?.groups ?? {};
    if (provider === undefined) return notFound();
    return ownAnswer(await called(served, request, { provider: provider as EgressProviderId, path }, clock));
  };
}

interface Place {
  readonly provider: EgressProviderId;
  /** Decoded. */
  readonly path: string;
}

async function called(
  { issuer, judge, audit }: Served,
  request: HttpRequest,
  { provider, path }: Place,
  clock: Clock,
): Promise<HttpResponse> {
  const { headers, query, method, requestId, sourceAddress } = request;
  const credential = readCredential({ headers, url: `?${query}` });
  const isToken = credential.kind === 'bearer' || credential.kind === 'dpop';
  const judged = await judge(
    {
      ...{ provider, method, sourceAddress, path: headers['vestibule-path'] ?? encodedPath(path) },
      presented: isToken ? { scheme: credential.kind, token: credential.token } : undefined,
      proof: readProofHeader({ headers }),
      certificate: readClientCertificate(request.clientCertificate),
    },
    clock(),
  );
  const refused = (reason: string, names?: CallerNames) => {
    audit({ event: 'egress_refused', requestId, sourceAddress, ...names, provider, method, reason });
  };
  if (!judged.ok) {
    refused(judged.refusal.refusal.reason, judged.refusal.names);
    const resourceMetadata = protectedResourceMetadataUrl(`${issuer}/egress/${provider}`);
    return refusedCaller(judged.refusal.refusal, credential, { resourceMetadata, scopes: [] });
  }
  refused('provider_unknown', judged.value.caller.names);
  return notFound('there is no such third party here');
}

/** By this alone an agent tells our answer from one of the third party. */
function ownAnswer(answer: HttpResponse): HttpResponse {
  const { error = 'no_token' } = JSON.parse(answer.body) as { readonly error?: string };
  return { ...answer, headers: { ...answer.headers, 'vestibule-error': error } };
}
