import type { AuthorizationHeader } from '../../../lambdas/oauth/client-authentication/credentials.ts';
import type { RequestToken, TokenRequest } from '../../../lambdas/oauth/token-request.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { now, theSecret } from './mothers.ts';

export const resource = 'https://mcp.example.com/mcp';
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface Asked {
  readonly values?: Readonly<Record<string, string>>;
  readonly resources?: readonly string[];
  readonly authorization?: AuthorizationHeader;
}

export function aTokenRequest({
  values = {},
  resources = [resource],
  authorization,
}: Asked = {}): TokenRequest {
  return {
    parameters: {
      values: new Map(Object.entries({ grant_type: 'client_credentials', ...values })),
      resources,
    },
    authorization: authorization ?? {
      kind: 'basic',
      clientId: 'planner-client',
      secret: new Secret(theSecret),
    },
    requestId: 'request-1',
    sourceAddress: '192.0.2.1',
  };
}

export function without(name: string): TokenRequest {
  const request = aTokenRequest();
  return {
    ...request,
    parameters: {
      ...request.parameters,
      values: new Map([...request.parameters.values].filter(([key]) => key !== name)),
    },
  };
}

export async function reasonOf(requestToken: RequestToken, request: TokenRequest): Promise<string> {
  const outcome = await requestToken(request, now);
  return outcome.ok ? 'granted' : outcome.refusal.reason;
}

export async function withAssertion(
  assertion: Promise<string>,
  values: Readonly<Record<string, string>> = {},
): Promise<TokenRequest> {
  const credentials = { client_assertion_type: jwtBearer, client_assertion: await assertion };
  return aTokenRequest({ values: { ...credentials, ...values }, authorization: { kind: 'absent' } });
}
