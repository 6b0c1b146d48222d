import type { ExchangeDialect, StrategyOf } from './dialect.ts';
import { byClientCredentials } from './client-credentials.ts';
import { exchangeAccessToken } from './exchange-access-token.ts';
import { keycloakFault } from './faults.ts';

/**
 * The standard token exchange of Keycloak: it presents access tokens alone, knows an API by the id of its client, and has no
 * `resource`. `audience` adds nothing: it is one of those that the client has by its scopes. Our client has the switch
 * "Standard token exchange" on.
 */
export const keycloak: ExchangeDialect<StrategyOf<'keycloak'>> = {
  presents: () => ({ kind: 'access_token', wish: {} }),
  faultIn: keycloakFault,
  exchange: exchangeAccessToken,
  // The audience comes of the client scopes.
  mint: (talk, _, scopes) => byClientCredentials(talk, scopes),
};
