import type { ExchangeDialect, StrategyOf } from './dialect.ts';
import { exchangeAccessToken } from './exchange-access-token.ts';

/**
 * The standard token exchange of Keycloak: it presents access tokens alone, knows an API by the id of its client, and has no
 * `resource`. Our client has the switch "Standard token exchange" on.
 */
export const keycloak: ExchangeDialect<StrategyOf<'keycloak'>> = {
  presents: () => ({ kind: 'access_token', wish: {} }),
  exchange: exchangeAccessToken,
};
