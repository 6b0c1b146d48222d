import { readExchange, usableToken } from './answer.ts';
import { accessToken, type ExchangeDialect, scopeText, type StrategyOf, tokenExchange } from './dialect.ts';

/**
 * On behalf of, of Auth0: the client is that of an API of its own, whose token is presented. The refresh token of the sign-in
 * is one for several resources, and is refreshed for that API.
 */
export const auth0: ExchangeDialect<StrategyOf<'auth0'>> = {
  presents: ({ presented }) => ({ kind: 'access_token', wish: { audience: presented } }),
  exchange: async (talk, { audience }, { token, scopes }) => {
    const answer = await talk.ask(tokenExchange, {
      ...{ subject_token: token.reveal(), subject_token_type: accessToken },
      ...{ requested_token_type: accessToken, audience, scope: scopeText(scopes) },
    });
    const given = readExchange(talk.idp, answer);
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
};
