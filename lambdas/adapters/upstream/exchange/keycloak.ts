import { readExchange, usableToken } from './answer.ts';
import { accessToken, type ExchangeDialect, scopeText, type StrategyOf, tokenExchange } from './dialect.ts';

/**
 * The standard token exchange of Keycloak: it presents access tokens alone, knows an API by the id of its client, and has no
 * `resource`. Our client has the switch "Standard token exchange" on.
 */
export const keycloak: ExchangeDialect<StrategyOf<'keycloak'>> = {
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
