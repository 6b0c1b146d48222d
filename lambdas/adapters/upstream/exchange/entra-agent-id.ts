import type { ApiRefusal } from '../../../ports/downstream-apis.ts';
import { ok, type Result } from '../../../runtime/result.ts';
import { readExchange, usableToken } from './answer.ts';
import { byClientCredentials } from './client-credentials.ts';
import {
  type AskedAt,
  type ExchangeDialect,
  type ExchangeTalk,
  jwtBearer,
  scopeText,
  type StrategyOf,
} from './dialect.ts';
import { consentOfEntra, defaultScope, scopesOfSeveral } from './entra-obo.ts';
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
    const vouched = await vouchedFor(talk, agentIdentity);
    if (!vouched.ok) return vouched;
    const answer = await talk.ask(
      jwtBearer,
      { assertion: token.reveal(), requested_token_use: 'on_behalf_of', scope: scopeText(scopes) },
      vouched.value,
    );
    const given = consentOfEntra(readExchange(talk, answer));
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
  mint: async (talk, { agentIdentity }, scopes) => {
    const scope = defaultScope(scopes);
    if (scope === undefined) return scopesOfSeveral();
    const vouched = await vouchedFor(talk, agentIdentity);
    return vouched.ok ? byClientCredentials(talk, scopes, { scope }, vouched.value) : vouched;
  },
};

async function vouchedFor(talk: ExchangeTalk, agentIdentity: string): Promise<Result<AskedAt, ApiRefusal>> {
  const answer = await talk.ask('client_credentials', {
    ...{ scope: 'api://AzureADTokenExchange/.default', fmi_path: agentIdentity },
  });
  const vouched = readExchange(talk, answer);
  if (!vouched.ok) return vouched;
  return ok({ assertion: { clientId: agentIdentity, token: vouched.value.token } });
}
