import * as v from 'valibot';
import type { ApiToken } from '../../ports/downstream-apis.ts';
import { instant } from '../../runtime/clock.ts';
import type { ScopeName } from '../../runtime/identifiers.ts';
import { Secret } from '../../runtime/secret.ts';

const kept = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    access_token: v.string(),
    issued_token_type: v.exactOptional(v.string()),
    expires_at: v.exactOptional(v.number()),
    scopes: v.array(v.string()),
  }),
);

/** A token of an API, as it is sealed. */
export function derivedText({ accessToken, issuedTokenType, expiresAt, scopes }: ApiToken): Secret {
  return new Secret(
    JSON.stringify({
      ...{
        access_token: accessToken.reveal(),
        issued_token_type: issuedTokenType,
        expires_at: expiresAt,
        scopes,
      },
    }),
  );
}

export function readDerived(text: Secret): ApiToken {
  const {
    access_token: token,
    issued_token_type: issued,
    expires_at: end,
    scopes,
  } = v.parse(kept, text.reveal());
  return {
    accessToken: new Secret(token),
    ...(issued !== undefined && { issuedTokenType: issued }),
    ...(end !== undefined && { expiresAt: instant(end) }),
    scopes: scopes as ScopeName[],
  };
}
