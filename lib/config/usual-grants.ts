import type { ClientConfig, GrantTypeConfig, VestibuleConfig } from './config.ts';

const exchange: GrantTypeConfig = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * The client with its grants named where it leaves them out and can exchange tokens: it proves itself, and the agent or
 * the MCP server that it is may act in the name of others, at some targets while they are away.
 */
export function withUsualGrants(
  client: ClientConfig,
  { agents, resources }: Pick<VestibuleConfig, 'agents' | 'resources'>,
): ClientConfig {
  const { agent, resource, authentication, grants, redirectUris } = client;
  const owner = [
    ...agents.filter(({ id }) => id === agent),
    ...resources.filter(({ id }) => id === resource),
  ].find(({ onBehalfOf }) => onBehalfOf !== undefined);
  if (grants !== undefined || owner === undefined || authentication.method === 'none') return client;
  const goesOn = Object.values(owner.onBehalfOf ?? {}).some(({ refreshTokens }) => refreshTokens === true);
  return {
    ...client,
    grants: [
      ...(agent === undefined ? [] : ['client_credentials' as const]),
      ...(redirectUris === undefined ? [] : ['authorization_code' as const]),
      ...(redirectUris === undefined && !goesOn ? [] : ['refresh_token' as const]),
      exchange,
    ],
  };
}
