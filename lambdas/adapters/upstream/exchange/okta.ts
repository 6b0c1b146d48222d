import { readExchange, usableToken } from './answer.ts';
import { byClientCredentials } from './client-credentials.ts';
import { accessToken, type ExchangeDialect, scopeText, type StrategyOf, tokenExchange } from './dialect.ts';
import { standardFault } from './faults.ts';

/** On behalf of, of a custom authorization server of Okta, by an API Services app that has the grant. */
export const okta: ExchangeDialect<StrategyOf<'okta'>> = {
  presents: () => ({ kind: 'access_token', wish: {} }),
  faultIn: standardFault,
  exchange: async (talk, { audience, issuer = talk.issuer }, { token, scopes }) => {
    const answer = await talk.ask(
      tokenExchange,
      {
        ...{ subject_token: token.reveal(), subject_token_type: accessToken },
        ...{ audience, scope: scopeText(scopes) },
      },
      { issuer, tokenEndpoint: `${issuer}/v1/token` },
    );
    const given = readExchange(talk, answer);
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
  mint: (talk, { issuer = talk.issuer }, scopes) =>
    byClientCredentials(talk, scopes, {}, { issuer, tokenEndpoint: `${issuer}/v1/token` }),
};
