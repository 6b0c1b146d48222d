/** What a token endpoint issued. */
export interface IssuedToken {
  readonly value: string;
  /** How it is presented. `N_A` is for what is no access token. */
  readonly type: 'Bearer' | 'DPoP' | 'N_A';
  /** Seconds since 1970; undefined where the server does not say. */
  readonly expiresAt: number | undefined;
  readonly scope: string | undefined;
  /** RFC 8693 §2.2.1. */
  readonly issuedType: string | undefined;
}

export type TokenAnswer =
  | { readonly kind: 'issued'; readonly token: IssuedToken }
  /** One that could not be presented as it was wanted. */
  | { readonly kind: 'other_type'; readonly type: string }
  | { readonly kind: 'no_token' };

const types: Readonly<Record<string, IssuedToken['type']>> = { bearer: 'Bearer', dpop: 'DPoP', n_a: 'N_A' };

/**
 * Reads an answer of status 200 (RFC 6749 §5.1). `wanted` is how the token is to be presented, and `asked` when it was asked
 * for, in seconds since 1970. Rejects for nothing that a server can say.
 */
export async function readTokenAnswer(
  response: Response,
  { wanted, asked }: { readonly wanted: 'Bearer' | 'DPoP'; readonly asked: number },
): Promise<TokenAnswer> {
  return tokenIn(await response.json().catch(() => undefined), { wanted, asked });
}

/** The same of what was read. */
export function tokenIn(
  body: unknown,
  { wanted, asked }: { readonly wanted: 'Bearer' | 'DPoP'; readonly asked: number },
): TokenAnswer {
  const { access_token: value, token_type: said, scope, ...rest } = (body ?? {}) as Record<string, unknown>;
  const lifetime = lifetimeOf(rest['expires_in']);
  if (!isToken(value) || typeof said !== 'string' || lifetime === 'malformed') return { kind: 'no_token' };
  // RFC 6749 §5.1: the value is case-insensitive.
  const name = said.toLowerCase();
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  // RFC 9449 §5: who wanted a bound token has no use for one that is anybody's, and none for one of another's key.
  if (type === undefined || (type !== 'N_A' && type !== wanted)) return { kind: 'other_type', type: name };
  const issuedType = rest['issued_token_type'];
  return {
    kind: 'issued',
    token: {
      ...{ value, type, expiresAt: lifetime === undefined ? undefined : asked + lifetime },
      scope: typeof scope === 'string' ? scope : undefined,
      issuedType: typeof issuedType === 'string' ? issuedType : undefined,
    },
  };
}

/** RFC 6749, appendix A.12: characters that a header takes. */
function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[\x20-\x7e]+$/.test(value);
}

/** RFC 6749 §5.1: seconds. Some servers write them as text. */
function lifetimeOf(said: unknown): number | undefined | 'malformed' {
  if (said === undefined) return undefined;
  const seconds = typeof said === 'string' && /^\d+$/.test(said) ? Number(said) : said;
  return typeof seconds === 'number' && seconds >= 0 ? seconds : 'malformed';
}
