import { readExchange, usableToken } from './answer.ts';
import { type ExchangeDialect, jwtBearer, scopeText, type StrategyOf } from './dialect.ts';
import { consentOfEntra } from './entra-obo.ts';
import { noFault } from './faults.ts';

/**
 * Entra Agent ID: an agent identity has no credential of its own. Our application is its blueprint, and gets for it the
 * assertion by which it proves itself; what is presented is a token for the blueprint.
 */
export const entraAgentId: ExchangeDialect<StrategyOf<'entra-agent-id'>> = {
  presents: (_, clientId) => ({
    kind: 'access_token',
    wish: { scope: `${clientId}/.default openid profile offline_access` },
  }),
  faultIn: noFault,
  exchange: async (talk, { agentIdentity }, { token, scopes }) => {
    const vouched = readExchange(
      talk,
      await talk.ask('client_credentials', {
        ...{ scope: 'api://AzureADTokenExchange/.default', fmi_path: agentIdentity },
      }),
    );
    if (!vouched.ok) return vouched;
    const answer = await talk.ask(
      jwtBearer,
      { assertion: token.reveal(), requested_token_use: 'on_behalf_of', scope: scopeText(scopes) },
      { assertion: { clientId: agentIdentity, token: vouched.value.token } },
    );
    const given = consentOfEntra(readExchange(talk, answer));
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
};
