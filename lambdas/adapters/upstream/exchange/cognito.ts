import { readExchange, usableToken } from './answer.ts';
import { accessToken, type ExchangeDialect, scopeText, type StrategyOf, tokenExchange } from './dialect.ts';

/**
 * The token exchange of a user pool (GetDerivedToken) at its token endpoint. Without a token of who acts, the app client has
 * ALLOW_TOKEN_EXCHANGE_IMPERSONATION: the person alone is named in what it gives.
 */
export const cognito: ExchangeDialect<StrategyOf<'cognito'>> = {
  presents: () => ({ kind: 'access_token', wish: {} }),
  exchange: async (talk, { audience }, { token, scopes }) => {
    const answer = await talk.ask(tokenExchange, {
      ...{ subject_token: token.reveal(), subject_token_type: accessToken },
      ...{ requested_token_type: accessToken, audience, scope: scopeText(scopes) },
    });
    const given = readExchange(talk.idp, answer);
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
};
