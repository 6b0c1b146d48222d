import type { ApiRefusal, ApiScope } from '../../../ports/downstream-apis.ts';
import { refuse, type Result } from '../../../runtime/result.ts';
import { readExchange, usableToken } from './answer.ts';
import { byClientCredentials } from './client-credentials.ts';
import { type ExchangeDialect, jwtBearer, scopeText, type StrategyOf } from './dialect.ts';
import { noFault } from './faults.ts';

/**
 * On behalf of, of Microsoft Entra ID: the token that is presented is one for our own application, which it is asked for by
 * the id of the client; one for Microsoft Graph is for nobody else. `.default` is all that was consented to.
 */
export const entraObo: ExchangeDialect<StrategyOf<'entra-obo'>> = {
  presents: (_, clientId) => ({
    kind: 'access_token',
    wish: { scope: `${clientId}/.default openid profile offline_access` },
  }),
  faultIn: noFault,
  exchange: async (talk, _, { token, scopes }) => {
    const answer = await talk.ask(jwtBearer, {
      ...{ assertion: token.reveal(), requested_token_use: 'on_behalf_of', scope: scopeText(scopes) },
    });
    const given = consentOfEntra(readExchange(talk, answer));
    return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
  },
  mint: async (talk, _, scopes) => {
    const scope = defaultScope(scopes);
    return scope === undefined ? scopesOfSeveral() : byClientCredentials(talk, scopes, { scope });
  },
};

/** A lack of consent is told by its number alone: AADSTS65001. */
export function consentOfEntra<Given>(given: Result<Given, ApiRefusal>): Result<Given, ApiRefusal> {
  if (given.ok || given.refusal.kind !== 'refused' || given.refusal.vendorCode !== 'AADSTS65001')
    return given;
  return refuse({ kind: 'consent_required', vendorCode: given.refusal.vendorCode });
}

/**
 * An application without a person gets all that it was given at one API, by no other scope than `.default`. What has no API before its
 * name is of Microsoft Graph.
 */
export function defaultScope(scopes: readonly ApiScope[]): string | undefined {
  const apis = scopes.map(({ upstream }) =>
    upstream.includes('/') ? upstream.slice(0, upstream.lastIndexOf('/')) : 'https://graph.microsoft.com',
  );
  const [first, ...others] = new Set(apis);
  return first === undefined || others.length > 0 ? undefined : `${first}/.default`;
}

export function scopesOfSeveral(): Result<never, ApiRefusal> {
  return refuse({ kind: 'refused', error: 'invalid_scope', fault: 'scopes_of_several' });
}
