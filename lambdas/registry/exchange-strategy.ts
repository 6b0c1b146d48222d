import type { ExchangeStrategy } from '../ports/downstream-apis.ts';

/** A strategy as it is declared, shown and stored: the members of all kinds beside each other. */
export interface WrittenStrategy {
  readonly kind: ExchangeStrategy['kind'];
  readonly audience?: string;
  readonly resource?: string;
  readonly presents?: 'access_token' | 'id_token';
  readonly client_id?: string;
  readonly agent_identity?: string;
  readonly issuer?: string;
  readonly token_endpoint?: string;
  readonly presented?: string;
}

export const strategyKinds = [
  'rfc8693',
  'keycloak',
  'entra-obo',
  'entra-agent-id',
  'okta',
  'okta-agent',
  'auth0',
  'cognito',
] as const satisfies readonly ExchangeStrategy['kind'][];

export function writtenStrategy(strategy: ExchangeStrategy): WrittenStrategy {
  const { client, ...rest } = strategy;
  const { agentIdentity, tokenEndpoint, ...same } = {
    agentIdentity: undefined,
    tokenEndpoint: undefined,
    ...rest,
  };
  return {
    ...same,
    ...(client && { client_id: client.id }),
    ...(agentIdentity !== undefined && { agent_identity: agentIdentity }),
    ...(tokenEndpoint !== undefined && { token_endpoint: tokenEndpoint }),
  };
}

/** What was written; that it has the members of its kind is for whoever wrote it to see to. */
export function strategyOf(written: WrittenStrategy): ExchangeStrategy {
  const { client_id: id, agent_identity: agentIdentity, token_endpoint: tokenEndpoint, ...same } = written;
  return {
    ...same,
    ...(id !== undefined && { client: { id } }),
    ...(agentIdentity !== undefined && { agentIdentity }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
  } as ExchangeStrategy;
}
