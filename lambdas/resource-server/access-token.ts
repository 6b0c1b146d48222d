import {
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import type { KeySet } from './key-set.ts';
import { hasChain, hasTasks } from './token-chain.ts';

/** The claims of a verified access token. Members beyond these are as the issuer wrote them. */
export interface AccessTokenClaims extends JWTPayload {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  /** Space-delimited. */
  readonly scope?: string;
  /** The agent that acts, where the client belongs to one. */
  readonly agent_id?: string;
  /**
   * Who acts for `sub`, the current one outermost, and who acted before (RFC 8693 §4.1). A server decides by the outermost
   * alone; those within are for its records.
   */
  readonly act?: Actor;
  /** The ids of the tokens that it was exchanged from, the oldest first; it ends with each of them. */
  readonly jti_chain?: readonly string[];
  /** To whom the last of these were issued. */
  readonly client_chain?: readonly ChainHolder[];
  /** Who vouched for `sub`, where that was not here: a trust anchor, as the issuer's configuration calls it. */
  readonly anchor_id?: string;
  /** What the token is bound to, by its thumbprint: a key (RFC 9449 §6.1), or a certificate (RFC 8705 §3.1). */
  readonly cnf?: Confirmation;
  /** The grant of a person, who then is `sub`; the token ends with it. */
  readonly grant_id?: string;
  /** Where it comes of a refresh token that somebody got by an exchange: what it ends with, too. */
  readonly family_id?: string;
  /** The task that the token is of, which comes last, and those above it, the root first; it ends with each of them. */
  readonly task_chain?: readonly string[];
  /** What the person's roles were when the token was issued. */
  readonly roles?: readonly string[];
  /** When and how the person proved who they are. Seconds since 1970. */
  readonly auth_time?: number;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

/** An agent, or an MCP server by its client id, that acts for somebody else. */
export interface Actor {
  readonly sub: string;
  readonly client_id: string;
  readonly agent_id?: string;
  readonly act?: Actor;
}

export interface ChainHolder {
  readonly client_id: string;
  readonly agent_id?: string;
}

/** The one that there is (RFC 7800 §3.1). */
export interface Confirmation {
  readonly jkt?: string;
  readonly 'x5t#S256'?: string;
}

export interface TokenExpectations {
  readonly issuer: string;
  /** Any, where absent. */
  readonly audience?: string;
  readonly clockToleranceSeconds: number;
  /** Seconds since 1970. */
  readonly now: number;
}

export type TokenCheck =
  | { readonly ok: true; readonly claims: AccessTokenClaims }
  | { readonly ok: false; readonly reason: 'invalid'; readonly description: string }
  | { readonly ok: false; readonly reason: 'unavailable'; readonly retryAfterSeconds: number };

/** Asymmetric only: a shared secret would let every resource server mint tokens, and `none` everybody. */
export const signatureAlgorithms: readonly string[] =
  'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** Checks one compact JWT against the issuer's keys and what this resource server expects. Never rejects for a bad token. */
export async function checkAccessToken(
  token: string,
  keys: KeySet,
  expected: TokenExpectations,
): Promise<TokenCheck> {
  const header = protectedHeader(token);
  if (header === undefined) return invalid('The access token is not a JWT');
  const { alg, kid, typ } = header;
  if (alg === undefined || !signatureAlgorithms.includes(alg))
    return invalid('The access token is not signed acceptably');
  // RFC 9068 §4: an ID token or an assertion by the same issuer is no access token.
  if (typeof typ !== 'string' || !/^(?:application\/)?at\+jwt$/i.test(typ)) {
    return invalid('The JWT is not an access token');
  }
  if (typeof kid !== 'string') return invalid('The access token names no key');

  const lookup = await keys.find({ alg, kid });
  if (!lookup.found) {
    return lookup.reason === 'unknown'
      ? invalid('The access token is signed with a key the issuer does not publish')
      : { ok: false, reason: 'unavailable', retryAfterSeconds: lookup.retryAfterSeconds };
  }
  return verifySigned(token, lookup.key, expected);
}

async function verifySigned(token: string, key: CryptoKey, expected: TokenExpectations): Promise<TokenCheck> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [...signatureAlgorithms],
      issuer: expected.issuer,
      ...(expected.audience === undefined ? {} : { audience: expected.audience }),
      clockTolerance: expected.clockToleranceSeconds,
      currentDate: new Date(expected.now * 1000),
      // RFC 9068 §2.2: the claims every access token has.
      requiredClaims: ['aud', 'exp', 'sub', 'client_id', 'iat', 'jti'],
    });
    return hasClaims(payload)
      ? { ok: true, claims: payload }
      : invalid('The access token has a claim of the wrong type');
  } catch (error) {
    if (error instanceof errors.JOSEError) return invalid(describe(error));
    throw error;
  }
}

function protectedHeader(token: string): ProtectedHeaderParameters | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function hasClaims(payload: JWTPayload): payload is AccessTokenClaims {
  const texts = [payload.iss, payload.sub, payload.jti, payload['client_id']];
  const names = ['scope', 'agent_id', 'grant_id', 'family_id', 'acr', 'anchor_id'];
  const optional = names.map((name) => payload[name]);
  const lists = [payload['roles'], payload['amr']];
  return (
    texts.every(isText) &&
    optional.every((claim) => claim === undefined || isText(claim)) &&
    lists.every((claim) => claim === undefined || (Array.isArray(claim) && claim.every(isText))) &&
    ['undefined', 'number'].includes(typeof payload['auth_time']) &&
    isConfirmation(payload['cnf']) &&
    hasChain(payload) &&
    hasTasks(payload)
  );
}

function isText(claim: unknown): boolean {
  return typeof claim === 'string';
}

const confirmations: readonly string[] = ['jkt', 'x5t#S256'] satisfies (keyof Confirmation)[];

/** A binding that cannot be read is not to be taken for none. */
function isConfirmation(cnf: unknown): boolean {
  if (cnf === undefined) return true;
  if (typeof cnf !== 'object' || cnf === null) return false;
  const [member, ...more] = Object.entries(cnf);
  return member !== undefined && more.length === 0 && confirmations.includes(member[0]) && isText(member[1]);
}

function describe(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The access token has expired';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'The access token does not verify';
  if (error.reason === 'missing') return 'The access token lacks a required claim';
  return descriptionOfClaim[error.claim] ?? 'The access token has a claim that is not acceptable';
}

const descriptionOfClaim: Readonly<Record<string, string>> = {
  iss: 'The access token is from another issuer',
  aud: 'The access token is for another resource',
  nbf: 'The access token is not valid yet',
};

function invalid(description: string): TokenCheck {
  return { ok: false, reason: 'invalid', description };
}
