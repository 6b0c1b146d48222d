import { interceptorHandler } from '../../../lambdas/http/interceptor.ts';
import { createVerifier } from '../../../lambdas/resource-server/index.ts';
import { tokenJudge } from '../../../lambdas/resource-server/token-judge.ts';

interface Panelists {
  readonly issuer: string;
  readonly resource: string;
  /** Seconds since 1970. */
  readonly now: () => number;
  /** What introspection says. */
  readonly introspect: (token: string) => Promise<unknown>;
}

/** What everybody says of a token: introspection, a verifier and an interceptor that work offline. */
export function panelOf({ issuer, resource, now, introspect }: Panelists) {
  const verifier = createVerifier({ issuer, resource, now });
  const intercept = interceptorHandler({ judge: tokenJudge({ issuer, now }), audit: () => undefined });
  return async (token: string): Promise<readonly unknown[]> => {
    const authorization = `Bearer ${token}`;
    const gatewayRequest = { path: '/mcp', httpMethod: 'POST', headers: { authorization }, body: {} };
    const answer = (await intercept({ interceptorInputVersion: '1.0', mcp: { gatewayRequest } }, {})) as {
      readonly mcp: { readonly transformedGatewayResponse?: { readonly statusCode: number } };
    };
    return [
      await introspect(token),
      (await verifier.verify(authorization)).ok,
      answer.mcp.transformedGatewayResponse === undefined,
    ];
  };
}

export const taken = [true, true, true];
export const refused = [false, false, false];
