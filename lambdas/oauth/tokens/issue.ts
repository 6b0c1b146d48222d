import type { KeyRings, Signer } from '../../ports/signing.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Issuer, KeyThumbprint } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import type { IdTokenPlan, TokenPlan } from '../grants/grant.ts';
import { accessTokenClaims } from './access-token.ts';
import { currentKey } from './current-key.ts';
import { idTokenClaims } from './id-token.ts';
import { signJwt } from './sign-jwt.ts';

export interface IssuedToken {
  readonly accessToken: string;
  readonly idToken?: string;
  readonly jti: string;
  readonly kid: KeyThumbprint;
  readonly expiresAt: Instant;
}

export interface IssuerPorts {
  readonly issuer: Issuer;
  readonly lifetimeSeconds: number;
  readonly keyRings: KeyRings;
  readonly signer: Signer;
  readonly random: Random;
}

export interface TokenWish {
  readonly plan: TokenPlan;
  readonly idToken?: IdTokenPlan;
  /** When the client itself ends, where it does: no token outlives it, so that its end needs no word to anybody. */
  readonly clientUntil?: Instant;
}

/** Turns what a grant decided into signed tokens; nothing is written anywhere. */
export type IssueToken = (wish: TokenWish, now: Instant) => Promise<IssuedToken>;

export function tokenIssuer({ issuer, lifetimeSeconds, keyRings, signer, random }: IssuerPorts): IssueToken {
  return async ({ plan, idToken, clientUntil }, now) => {
    const usual = after(now, lifetimeSeconds);
    const expiresAt = clientUntil !== undefined && clientUntil < usual ? clientUntil : usual;
    const key = await currentKey(keyRings, now, expiresAt);
    const jti = random(16);
    const issuance = { issuer, jti, issuedAt: now, expiresAt };
    // RFC 9068 §2.1.
    const accessToken = await signJwt(signer, key, 'at+jwt', accessTokenClaims(plan, issuance));
    const issued = { accessToken, jti, kid: key.kid, expiresAt };
    if (idToken === undefined) return issued;
    const claims = idTokenClaims(plan, idToken, { ...issuance, accessToken });
    return { ...issued, idToken: await signJwt(signer, key, 'JWT', claims) };
  };
}
