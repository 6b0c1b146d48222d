import type { ApiRefusal, ApiScope, ApiToken } from '../../../ports/downstream-apis.ts';
import type { Result } from '../../../runtime/result.ts';
import type { Secret } from '../../../runtime/secret.ts';
import { readExchange, usableToken } from './answer.ts';
import { accessToken, type ExchangeTalk, scopeText, tokenExchange } from './dialect.ts';

/** RFC 8693 §2.1 as most providers have it: an access token for one of an API that is known there by an audience. */
export async function exchangeAccessToken(
  talk: ExchangeTalk,
  { audience }: { readonly audience: string },
  { token, scopes }: { readonly token: Secret; readonly scopes: readonly ApiScope[] },
): Promise<Result<ApiToken, ApiRefusal>> {
  const answer = await talk.ask(tokenExchange, {
    ...{ subject_token: token.reveal(), subject_token_type: accessToken },
    ...{ requested_token_type: accessToken, audience, scope: scopeText(scopes) },
  });
  const given = readExchange(talk, answer);
  return given.ok ? usableToken(talk.idp, given.value, scopes, talk.now) : given;
}
