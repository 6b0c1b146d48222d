/** Everything the interceptor of AgentCore Gateways reads from its environment. */
export const interceptorEnvironment = ['ISSUER'] as const;
export type InterceptorEnvironment = Record<(typeof interceptorEnvironment)[number], string>;
