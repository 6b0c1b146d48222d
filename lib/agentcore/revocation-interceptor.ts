import { type IInterceptor, LambdaInterceptor } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { Construct } from 'constructs';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import type { Retention } from '../constructs/retention.ts';

export interface RevocationInterceptorProps {
  readonly issuer: string;
  readonly retention: Retention;
}

/**
 * A REQUEST interceptor for AgentCore Gateways. Its function needs no permission but its own log: the keys and the feed of
 * ends are public.
 */
export function revocationInterceptor(
  scope: Construct,
  { issuer, retention }: RevocationInterceptorProps,
): IInterceptor {
  const { function: interceptor } = new EndpointFunction(scope, 'RevocationInterceptor', {
    name: 'interceptor',
    description: 'Refuses ended tokens at AgentCore Gateways',
    memoryMegabytes: 512,
    timeoutSeconds: 15,
    retention,
    environment: () => ({ ISSUER: issuer }),
  });
  // The token is in a header.
  return LambdaInterceptor.forRequest(interceptor, { passRequestHeaders: true });
}
