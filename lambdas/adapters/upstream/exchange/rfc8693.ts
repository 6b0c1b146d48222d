import { readExchange, usableToken } from './answer.ts';
import { byClientCredentials } from './client-credentials.ts';
import {
  accessToken,
  type ExchangeDialect,
  idToken,
  scopeText,
  type StrategyOf,
  tokenExchange,
} from './dialect.ts';
import { standardFault } from './faults.ts';

/** RFC 8693 §2.1, as it is written. */
export const rfc8693: ExchangeDialect<StrategyOf<'rfc8693'>> = {
  presents: ({ presents = 'access_token' }) => ({ kind: presents, wish: {} }),
  faultIn: standardFault,
  exchange: async (talk, { audience, resource, presents }, { token, scopes }) => {
    const answer = await talk.ask(tokenExchange, {
      subject_token: token.reveal(),
      subject_token_type: presents === 'id_token' ? idToken : accessToken,
      requested_token_type: accessToken,
      ...{ audience, resource, scope: scopeText(scopes) },
    });
    const given = readExchange(talk, answer);
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
  mint: (talk, { audience, resource }, scopes) => byClientCredentials(talk, scopes, { audience, resource }),
};
