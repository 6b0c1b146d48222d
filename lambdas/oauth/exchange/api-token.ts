import type { ApiRequest, DownstreamApi, DownstreamApis } from '../../ports/downstream-apis.ts';
import type { IdentityProviders } from '../../ports/identity-providers.ts';
import { type Instant, instant } from '../../runtime/clock.ts';
import type { Issuer, PersonId, ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import type { ForeignToken } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { apiRefused } from './api-refusal.ts';
import { type Actor, actorName } from './chain.ts';
import { type ExchangeRefusal, exchangeRefused } from './refusal.ts';
import type { Subject } from './subject.ts';
import type { RequestedType } from './exchange-request.ts';
import { accessTokenType } from './token-types.ts';

export interface ApiPorts {
  /** The APIs behind the identity providers; none where nobody signs in. */
  readonly apis: DownstreamApis;
  readonly identityProviders: IdentityProviders;
  readonly issuer: Issuer;
}

/** An exchange for an API, of which all is decided that is of any other. */
export interface ApiExchange {
  readonly api: DownstreamApi;
  readonly subject: Subject;
  readonly actor: Actor;
  readonly scope: readonly ScopeName[];
  readonly requestedType: RequestedType;
}

/**
 * What the provider of an API is asked. It knows people who signed in there, by what is kept of that; and what it gives is
 * bound to no key of whoever asks.
 */
export function apiRequest(
  { api, subject, actor, scope, requestedType }: ApiExchange,
  { client }: AuthenticatedClient,
): Result<ApiRequest, ExchangeRefusal> {
  const grant = subject.granted?.id;
  if (subject.idp !== api.idp || grant === undefined) return exchangeRefused('person_unknown_at_api');
  if (requestedType !== accessTokenType) return exchangeRefused('api_tokens_as_they_are');
  if (client.dpopBound === true || client.certificateBound === true) return exchangeRefused('client_bound');
  return ok({ api: api.uri, grant, person: subject.id as PersonId, actor: actorName(actor), scopes: scope });
}

/** The provider's token, in place of one of ours. */
export async function tokenOfApi(
  { apis, identityProviders, issuer }: ApiPorts,
  api: DownstreamApi,
  asked: ApiRequest,
  until: Instant,
): Promise<Result<ForeignToken, GrantRefusal>> {
  const answer = await apis.exchange(asked);
  if (answer.kind !== 'token') {
    const idp = (await identityProviders.all()).find(({ id }) => id === api.idp);
    return apiRefused(answer, { issuer, acr: idp?.acr });
  }
  const { accessToken, expiresAt = until, issuedTokenType = accessTokenType, scopes } = answer.token;
  return ok({
    ...{ api: api.id, accessToken: accessToken.reveal(), issuedTokenType, scope: scopes },
    // RFC 8693 §2.2.1: whoever asked is to come again when what it asked with is over, however long the provider's token is good.
    expiresAt: instant(Math.min(expiresAt, until)),
  });
}
