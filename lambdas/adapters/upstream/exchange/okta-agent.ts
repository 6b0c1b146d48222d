import { refuse } from '../../../runtime/result.ts';
import { readExchange, usableToken } from './answer.ts';
import {
  type ExchangeDialect,
  idToken,
  jwtBearer,
  scopeText,
  type StrategyOf,
  tokenExchange,
} from './dialect.ts';
import { standardFault } from './faults.ts';

const idJag = 'urn:ietf:params:oauth:token-type:id-jag';

/**
 * Okta for AI agents: the org gives a grant of identity for the authorization server of the API, by the id_token of the person,
 * and that server gives a token for it. The client is the agent as it is registered at the org.
 */
export const oktaAgent: ExchangeDialect<StrategyOf<'okta-agent'>> = {
  presents: () => ({ kind: 'id_token', wish: {} }),
  faultIn: standardFault,
  exchange: async (talk, { audience, tokenEndpoint, resource }, { token, scopes }) => {
    const org = new URL(talk.issuer).origin;
    const identity = readExchange(
      talk,
      await talk.ask(
        tokenExchange,
        {
          ...{ subject_token: token.reveal(), subject_token_type: idToken, requested_token_type: idJag },
          ...{ audience, resource, scope: scopeText(scopes) },
        },
        { issuer: org, tokenEndpoint: `${org}/oauth2/v1/token`, forUs: true },
      ),
    );
    if (!identity.ok) return identity;
    if (identity.value.issuedTokenType !== idJag)
      return refuse({ kind: 'refused', error: 'no_identity_grant' });
    const answer = await talk.ask(
      jwtBearer,
      { assertion: identity.value.token.reveal(), scope: scopeText(scopes) },
      { issuer: audience, tokenEndpoint },
    );
    const given = readExchange(talk, answer);
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
};
