import {
  type DownstreamApiConfig,
  type ExchangeStrategyConfig,
  namedScopes,
} from '../config/downstream-apis-config.ts';

/** What the registrar is told of an API behind an identity provider. */
export function apiDeclaration({ id, uri, idp, strategy, scopes, agents }: DownstreamApiConfig): object {
  return {
    ...{ id, uri, idp, strategy: strategyDeclaration(strategy), scopes: namedScopes(scopes) },
    ...(agents && { agents: Object.entries(agents).map(([agent, names]) => ({ agent, scopes: names })) }),
  };
}

function strategyDeclaration(strategy: ExchangeStrategyConfig): object {
  const { kind, audience, resource, presents, client, agentIdentity, issuer, tokenEndpoint, presented } = {
    ...none,
    ...strategy,
  };
  const members = {
    ...{ audience, resource, presents, issuer, presented },
    ...{ client_id: client?.id, agent_identity: agentIdentity, token_endpoint: tokenEndpoint },
  };
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return { kind, ...Object.fromEntries(given) };
}

const none = {
  ...{
    audience: undefined,
    resource: undefined,
    presents: undefined,
    client: undefined,
    presented: undefined,
  },
  ...{ agentIdentity: undefined, issuer: undefined, tokenEndpoint: undefined },
} as const;
