import type { KeyRings, Signer } from '../../ports/signing.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { Issuer, KeyThumbprint } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import type { TokenPlan } from '../grants/grant.ts';
import { accessTokenClaims } from './access-token.ts';
import { currentKey } from './current-key.ts';
import { signJwt } from './sign-jwt.ts';

export interface IssuedToken {
  readonly accessToken: string;
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

/** Turns what a grant decided into a signed token; nothing is written anywhere. */
export type IssueToken = (plan: TokenPlan, now: Instant) => Promise<IssuedToken>;

export function tokenIssuer({ issuer, lifetimeSeconds, keyRings, signer, random }: IssuerPorts): IssueToken {
  return async (plan, now) => {
    const expiresAt = after(now, lifetimeSeconds);
    const key = await currentKey(keyRings, now, expiresAt);
    const jti = random(16);
    const claims = accessTokenClaims(plan, { issuer, jti, issuedAt: now, expiresAt });
    // RFC 9068 §2.1.
    return { accessToken: await signJwt(signer, key, 'at+jwt', claims), jti, kid: key.kid, expiresAt };
  };
}
