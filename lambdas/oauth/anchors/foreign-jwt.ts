import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { ForeignRefusal } from '../../ports/trust-anchors.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { type IdTokenAlgorithm, idTokenAlgorithms } from '../people/id-token.ts';

export type Members = Readonly<Record<string, unknown>>;

/** A JWT of somebody else as it reads; nothing of it is verified. */
export interface ForeignJwt {
  readonly algorithm: IdTokenAlgorithm;
  readonly kid: string | undefined;
  /** Its media type in lower case and without `application/`; empty where it says none. */
  readonly type: string;
  readonly header: Members;
  readonly claims: Members;
}

/** Characters; more is no token that anybody's identity provider issues. */
const longestToken = 16_384;

// RFC 8725 §3.1: what may sign is ours to say. A key, or a place to find one, that the token itself brings (jwk, jku, x5u,
// x5c) is never looked at; and what is critical and not understood makes it invalid.
const headerShape = v.looseObject({
  alg: v.picklist(idTokenAlgorithms),
  kid: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(512))),
  typ: v.optional(v.pipe(v.string(), v.maxLength(128))),
  crit: v.optional(v.never()),
  b64: v.optional(v.never()),
});

/** Reads a token that somebody else is said to have issued. */
export function readForeignJwt(token: string): Result<ForeignJwt, ForeignRefusal> {
  const parts = token.split('.').length;
  if (parts === 5)
    return notAJwt('encrypted', 'is encrypted (JWE): have its issuer sign it and not encrypt it');
  const decoded = parts === 3 && token.length <= longestToken ? decode(token) : undefined;
  if (decoded === undefined) {
    return notAJwt('not_a_jwt', 'is opaque, and no JWT: nobody but its issuer knows what it stands for');
  }
  // Microsoft hashes the nonce before it signs: no key that it publishes verifies such a token.
  if (decoded.header['nonce'] !== undefined) {
    return notAJwt(
      'kind_not_accepted',
      'is for Microsoft Graph (nonce in its header), and nobody else can verify it: request api://<your app>/<scope>',
    );
  }
  const header = v.safeParse(headerShape, decoded.header);
  if (!header.success) return notAJwt('header_not_acceptable', headerFault(decoded.header));
  const { alg: algorithm, kid, typ = '' } = header.output;
  return ok({ algorithm, kid, type: typ.toLowerCase().replace(/^application\//, ''), ...decoded });
}

function decode(token: string): { readonly header: Members; readonly claims: Members } | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

function headerFault({ alg }: Members): string {
  return idTokenAlgorithms.some((taken) => taken === alg)
    ? 'has a header that is not taken: kid and typ are texts, and crit and b64 are left out'
    : 'must be signed by an RSA, elliptic-curve or Ed25519 key, with alg RS256, ES256 or another of these families';
}

function notAJwt(fault: ForeignRefusal['fault'], detail: string): Result<never, ForeignRefusal> {
  return refuse({ fault, detail });
}
