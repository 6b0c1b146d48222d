import type { ExchangeStrategy } from '../../../ports/downstream-apis.ts';
import { auth0 } from './auth0.ts';
import { cognito } from './cognito.ts';
import type { ExchangeDialect, StrategyOf } from './dialect.ts';
import { entraAgentId } from './entra-agent-id.ts';
import { entraObo } from './entra-obo.ts';
import { keycloak } from './keycloak.ts';
import { oktaAgent } from './okta-agent.ts';
import { okta } from './okta.ts';
import { rfc8693 } from './rfc8693.ts';

const dialects: { readonly [Kind in ExchangeStrategy['kind']]: ExchangeDialect<StrategyOf<Kind>> } = {
  ...{ rfc8693, keycloak, okta, auth0, cognito },
  ...{ 'entra-obo': entraObo, 'entra-agent-id': entraAgentId, 'okta-agent': oktaAgent },
};

export function dialectOf<Kind extends ExchangeStrategy['kind']>({
  kind,
}: StrategyOf<Kind> & { readonly kind: Kind }): ExchangeDialect<StrategyOf<Kind>> {
  return dialects[kind];
}
