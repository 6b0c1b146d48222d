import { base64url, calculateJwkThumbprint, compactVerify, decodeProtectedHeader, type JWK } from 'jose';

/** What one `DPoP` header says, signed with the key that it brings along. */
export interface DpopProof {
  /** RFC 7638 thumbprint of that key, SHA-256. */
  readonly jkt: string;
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly ath?: string;
  readonly nonce?: string;
}

export type ProofReading =
  { readonly ok: true; readonly proof: DpopProof } | { readonly ok: false; readonly description: string };

/** DPOP-1: what a proof may be signed with; asymmetric only, for the key is in the open. */
export const proofAlgorithms = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const;

/** How far the clocks of a client and a server may be apart, and how old a proof may be. Seconds. */
export const proofWindowSeconds = 300;

/** A proof with an RSA key of 4,096 bits has about 2,500 characters. */
const longestProof = 8_192;
const longestId = 512;

/** The members of a public key that make it that key, and all that is read of it. */
const publicMembers: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
  RSA: ['n', 'e'],
};
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'] as const;

/**
 * Reads a proof and verifies it with its own key (RFC 9449 §4.3). Whether it is for this request is for `proofFault` to
 * say. Never rejects for what a caller sent; a description tells its developer what to mend and repeats nothing of it.
 */
export async function readProof(text: string): Promise<ProofReading> {
  if (text.length > longestProof) return unread(`must not be longer than ${longestProof} characters`);
  // RFC 9449 §4.3: one header with one proof; a proxy that folded two into one leaves a comma.
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return unread('must hold one JWT, sent once');
  const header = headerOf(text);
  if (header?.['typ'] !== 'dpop+jwt') return unread('must be a JWT with the typ dpop+jwt');
  const alg = proofAlgorithms.find((known) => known === header['alg']);
  if (alg === undefined) return unread(`must be signed with one of ${proofAlgorithms.join(' ')}`);
  if (header['crit'] !== undefined) return unread('must not have a crit header');
  const key = publicKeyOf(header['jwk']);
  if (!key.ok) return key;
  const claims = await signedClaims(text, { ...key.jwk, alg });
  if (claims === undefined) return unread('is not signed with the key in its jwk header');
  return proofOf(claims, await calculateJwkThumbprint(key.jwk, 'sha256'));
}

function headerOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeProtectedHeader(text);
  } catch {
    return undefined;
  }
}

type KeyReading =
  { readonly ok: true; readonly jwk: JWK } | { readonly ok: false; readonly description: string };

function publicKeyOf(jwk: unknown): KeyReading {
  if (!isObject(jwk)) return unread('must have its public key in the jwk header');
  // RFC 9449 §4.3: a client that shows its private key has proven nothing, and has to hear of it.
  if (privateMembers.some((name) => name in jwk))
    return unread('must not have a private key in its jwk header');
  const kty = typeof jwk['kty'] === 'string' ? jwk['kty'] : '';
  const members = Object.hasOwn(publicMembers, kty) ? (publicMembers[kty] ?? []) : [];
  const isWhole = members.length > 0 && members.every((name) => typeof jwk[name] === 'string');
  if (!isWhole) return unread('must have an EC, OKP or RSA key in its jwk header');
  return { ok: true, jwk: { kty, ...Object.fromEntries(members.map((name) => [name, jwk[name]])) } };
}

async function signedClaims(
  text: string,
  key: JWK & { readonly alg: string },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { payload } = await compactVerify(text, key, { algorithms: [key.alg] });
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
    return isObject(claims) ? claims : {};
  } catch {
    // Not signed so, or a key that is none: too short, not on its curve, of another algorithm.
    return undefined;
  }
}

function proofOf(claims: Readonly<Record<string, unknown>>, jkt: string): ProofReading {
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > longestId) {
    return unread(`must have a jti of 1 to ${longestId} characters`);
  }
  if (typeof htm !== 'string') return unread('must name the method of its request in htm');
  if (typeof htu !== 'string') return unread('must name the URL of its request in htu');
  if (typeof iat !== 'number') return unread('must say in iat when it was made');
  if (!isOptionalText(ath)) return unread('must have text in ath');
  if (!isOptionalText(nonce)) return unread('must have text in nonce');
  return {
    ok: true,
    proof: {
      ...{ jkt, jti, htm, htu, iat },
      ...(ath !== undefined && { ath }),
      ...(nonce !== undefined && { nonce }),
    },
  };
}

export interface ProofExpectations {
  readonly method: string;
  /** The public URL of the request, as its client wrote it; never made of what the request says of its host. */
  readonly url: string;
  /** Seconds since 1970. */
  readonly now: number;
  /** The token that came with the proof, at a resource. */
  readonly accessToken?: string;
}

/** Why a proof that was read is not one for this request; undefined for one that is. */
export async function proofFault(
  { htm, htu, iat, ath }: DpopProof,
  { method, url, now, accessToken }: ProofExpectations,
): Promise<string | undefined> {
  // RFC 9110 §9.1: the names of methods are case-sensitive.
  if (htm !== method) return `is for another method in htm than ${method}`;
  if (!isSameTarget(htu, url)) return `is for another URL in htu than ${withoutQuery(url)?.href ?? ''}`;
  if (iat < now - proofWindowSeconds)
    return `is older in iat than ${proofWindowSeconds} s; make one for each request`;
  if (iat > now + proofWindowSeconds)
    return `is of the future in iat, by more than ${proofWindowSeconds} s; set the clock`;
  if (accessToken === undefined) return undefined;
  if (ath === undefined) return 'must have the hash of the access token in ath';
  return ath === (await accessTokenHash(accessToken)) ? undefined : 'is for another access token in ath';
}

/** RFC 9449 §4.3: without query and fragment, and normalized, for clients write a URL in more than one way. */
function isSameTarget(htu: string, url: string): boolean {
  const [named, meant] = [withoutQuery(htu), withoutQuery(url)];
  return named !== undefined && named.href === meant?.href;
}

function withoutQuery(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null) return undefined;
  url.search = '';
  url.hash = '';
  return url;
}

/** RFC 9449 §4.2: SHA-256 of the token as it is sent, in base64url. */
export async function accessTokenHash(accessToken: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken));
  return base64url.encode(new Uint8Array(digest));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}

function unread(description: string): { readonly ok: false; readonly description: string } {
  return { ok: false, description };
}
