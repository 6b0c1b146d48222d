import type { ExchangeDialect, StrategyOf } from './dialect.ts';
import { byClientCredentials } from './client-credentials.ts';
import { exchangeAccessToken } from './exchange-access-token.ts';
import { standardFault } from './faults.ts';

/**
 * The token exchange of a user pool (GetDerivedToken) at its token endpoint. Without a token of who acts, the app client has
 * ALLOW_TOKEN_EXCHANGE_IMPERSONATION: the person alone is named in what it gives.
 */
export const cognito: ExchangeDialect<StrategyOf<'cognito'>> = {
  presents: () => ({ kind: 'access_token', wish: {} }),
  faultIn: standardFault,
  exchange: exchangeAccessToken,
  mint: (talk, _, scopes) => byClientCredentials(talk, scopes),
};
