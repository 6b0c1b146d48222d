import { encodedPath } from '../resource-server/encoded-path.ts';
import type { Operation, Verification, Verifier } from '../resource-server/index.ts';
import type { Audit } from '../runtime/events.ts';
import { viaOf } from '../runtime/via.ts';

/** What is used of an event of payload format 2.0, be it for an integration or for an authorizer. */
export interface RouteEvent {
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: {
    readonly requestId: string;
    readonly http: { readonly method: string; readonly sourceIp: string };
    /** Of a domain with mutual TLS. */
    readonly authentication?: { readonly clientCert?: { readonly clientCertPem?: string } } | null;
  };
}

export interface ProtectedRoutesPorts {
  readonly verifier: Verifier;
  /** Route key → the scopes that its callers need, all of them. */
  readonly scopes: ReadonlyMap<string, readonly string[]>;
  readonly audit: Audit;
}

/** Verifies the token of a request against what its route asks, and says so to the audit trail. */
export type Guard = (event: RouteEvent) => Promise<Verification>;

/** Rejects for a route that it was not told of: such a route is a mistake of the deployment, never open. */
export function routeGuard({ verifier, scopes, audit }: ProtectedRoutesPorts): Guard {
  return async (event) => {
    const { routeKey, rawPath, rawQueryString, headers, requestContext } = event;
    const clientCertificate = requestContext.authentication?.clientCert?.clientCertPem;
    const { method } = requestContext.http;
    const verification = await verifier.verify(
      { headers, method, url: `${encodedPath(rawPath)}?${rawQueryString}`, clientCertificate },
      operationOf(scopes, routeKey),
    );
    const call = {
      requestId: requestContext.requestId,
      sourceAddress: requestContext.http.sourceIp,
      resource: verifier.resource,
      route: routeKey,
    };
    if (verification.ok) {
      const { token } = verification;
      const { client_id: clientId, agent_id: agentId, jti } = token;
      audit({
        event: 'call_admitted',
        ...call,
        ...{ clientId, jti, ...viaOf(token) },
        ...(agentId !== undefined && { agentId }),
      });
    } else {
      const { status, body } = verification.challenge;
      const { error = 'no_token', error_description: description } = body;
      audit({
        event: 'call_refused',
        ...call,
        ...{ status, reason: error },
        ...(description !== undefined && { description }),
      });
    }
    return verification;
  };
}

/** `{"GET /orders": "orders:read"}`, as the environment of a function has it. */
export function readRouteScopes(text: string): ReadonlyMap<string, readonly string[]> {
  const routes = JSON.parse(text) as Readonly<Record<string, string>>;
  return new Map(
    Object.entries(routes).map(([key, scope]) => [key, scope.split(' ').filter((name) => name !== '')]),
  );
}

function operationOf(scopes: ProtectedRoutesPorts['scopes'], routeKey: string): Operation {
  const needed = scopes.get(routeKey);
  if (needed === undefined) throw new Error(`the route ${routeKey} is not one of the protected ones`);
  return { scopes: needed };
}
