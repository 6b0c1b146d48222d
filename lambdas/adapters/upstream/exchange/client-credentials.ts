import type { ApiRefusal, ApiScope, ApiToken } from '../../../ports/downstream-apis.ts';
import type { Result } from '../../../runtime/result.ts';
import { readExchange, usableToken } from './answer.ts';
import { type AskedAt, type ExchangeTalk, scopeText } from './dialect.ts';

/** Where the API is named besides by its scopes, as the provider wants it. */
interface NamedBy {
  readonly audience?: string | undefined;
  readonly resource?: string | undefined;
  /** In place of the scopes that are asked. */
  readonly scope?: string;
}

/** RFC 6749 §4.4.2: a token for our client itself. No provider gives a refresh token with it (§4.4.3): it is asked for again. */
export async function byClientCredentials(
  talk: ExchangeTalk,
  scopes: readonly ApiScope[],
  { audience, resource, scope = scopeText(scopes) }: NamedBy = {},
  at?: AskedAt,
): Promise<Result<ApiToken, ApiRefusal>> {
  const answer = await talk.ask('client_credentials', { audience, resource, scope }, at);
  const given = readExchange(talk, answer);
  return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
}
