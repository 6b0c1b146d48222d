import type { ExchangeDialect, StrategyOf } from './dialect.ts';
import { byClientCredentials } from './client-credentials.ts';
import { exchangeAccessToken } from './exchange-access-token.ts';
import { standardFault } from './faults.ts';

/**
 * On behalf of, of Auth0: the client is that of an API of its own, whose token is presented. The refresh token of the sign-in
 * is one for several resources, and is refreshed for that API.
 */
export const auth0: ExchangeDialect<StrategyOf<'auth0'>> = {
  presents: ({ presented }) => ({ kind: 'access_token', wish: { audience: presented } }),
  faultIn: standardFault,
  exchange: exchangeAccessToken,
  mint: (talk, { audience }, scopes) => byClientCredentials(talk, scopes, { audience }),
};
