import type { GrantedBy } from '../../ports/grants.ts';
import type { OpaqueTokens } from '../../ports/opaque-tokens.ts';
import type { KeyRings, Signer } from '../../ports/signing.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import type { Issuer, KeyThumbprint } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import {
  type AssertedIdentity,
  idJagClaims,
  idJagSeconds,
  idJagType,
} from '../asserting/asserted-identity.ts';
import type { IdTokenPlan, TokenPlan } from '../grants/grant.ts';
import { accessTokenClaims } from './access-token.ts';
import { currentKey } from './current-key.ts';
import { exchangedIdTokenClaims, idTokenClaims } from './id-token.ts';
import { newOpaqueToken } from './opaque-token.ts';
import { signJwt } from './sign-jwt.ts';

export interface IssuedToken {
  readonly accessToken: string;
  readonly idToken?: string;
  readonly jti: string;
  /** Of the key that signed it; absent where nothing is to be read from it. */
  readonly kid?: KeyThumbprint;
  readonly expiresAt: Instant;
}

export interface IssuerPorts {
  readonly issuer: Issuer;
  readonly lifetimeSeconds: number;
  readonly keyRings: KeyRings;
  readonly signer: Signer;
  readonly opaque: Pick<OpaqueTokens, 'keep'>;
  readonly random: Random;
}

interface Issuance {
  readonly issuer: Issuer;
  readonly jti: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export interface TokenWish {
  readonly plan: TokenPlan;
  readonly idToken?: IdTokenPlan;
  /** When the client itself ends, where it does: no token outlives it, so that its end needs no word to anybody. */
  readonly clientUntil?: Instant;
}

/**
 * Turns what a grant decided into tokens. A signed one is written nowhere; of an opaque one, what it stands for is written
 * once, by a name that nobody has been told yet.
 */
export type IssueToken = (wish: TokenWish, now: Instant) => Promise<IssuedToken>;

export function tokenIssuer(ports: IssuerPorts): IssueToken {
  const { issuer, lifetimeSeconds, random } = ports;
  return async (wish, now) => {
    const { plan, clientUntil } = wish;
    // A proxy that is told no rules would have to make some up.
    if (plan.resource?.kind === 'egress' && plan.egress === undefined) {
      throw new Error('a token for a third party says which requests it allows');
    }
    const ends = [after(now, lifetimeSeconds), clientUntil, plan.until];
    const expiresAt = instant(Math.min(...ends.filter((end) => end !== undefined)));
    const issuance = { issuer, jti: random(16), issuedAt: now, expiresAt };
    if (plan.asserted !== undefined) return issueIdJag(ports, plan, plan.asserted, issuance);
    if (plan.identity !== undefined) return issueIdentity(ports, plan, plan.identity, issuance);
    return plan.resource?.tokens === 'opaque'
      ? issueOpaque(ports, wish, issuance)
      : issueSigned(ports, wish, issuance);
  };
}

/** RFC 8693 §2.2.1: what is issued is called an access token in the answer, though it is none. */
async function issueIdJag(
  { keyRings, signer }: IssuerPorts,
  plan: TokenPlan,
  asserted: AssertedIdentity,
  issuance: Issuance,
): Promise<IssuedToken> {
  const { jti, issuedAt } = issuance;
  const expiresAt = instant(Math.min(after(issuedAt, idJagSeconds), issuance.expiresAt));
  const key = await currentKey(keyRings, issuedAt, expiresAt);
  const claims = idJagClaims(plan, asserted, { ...issuance, expiresAt });
  return { accessToken: await signJwt(signer, key, idJagType, claims), jti, kid: key.kid, expiresAt };
}

/** The id_token that stands alone, in place of an access token. */
async function issueIdentity(
  { keyRings, signer }: IssuerPorts,
  plan: TokenPlan,
  person: GrantedBy,
  issuance: Issuance,
): Promise<IssuedToken> {
  const { jti, issuedAt, expiresAt } = issuance;
  const key = await currentKey(keyRings, issuedAt, expiresAt);
  const claims = exchangedIdTokenClaims(plan, person, issuance);
  return { accessToken: await signJwt(signer, key, 'JWT', claims), jti, kid: key.kid, expiresAt };
}

async function issueSigned(
  { keyRings, signer }: IssuerPorts,
  { plan, idToken }: TokenWish,
  issuance: Issuance,
): Promise<IssuedToken> {
  const { jti, issuedAt, expiresAt } = issuance;
  const key = await currentKey(keyRings, issuedAt, expiresAt);
  // RFC 9068 §2.1.
  const accessToken = await signJwt(signer, key, 'at+jwt', accessTokenClaims(plan, issuance));
  const issued = { accessToken, jti, kid: key.kid, expiresAt };
  if (idToken === undefined) return issued;
  const claims = idTokenClaims(plan, idToken, { ...issuance, accessToken });
  return { ...issued, idToken: await signJwt(signer, key, 'JWT', claims) };
}

async function issueOpaque(
  { keyRings, signer, opaque, random }: IssuerPorts,
  { plan, idToken }: TokenWish,
  issuance: Issuance,
): Promise<IssuedToken> {
  const { jti, issuedAt, expiresAt } = issuance;
  const { text: accessToken, id } = newOpaqueToken(random);
  const signed = idToken && {
    // The client of a person reads who that is, whatever the resource reads.
    idToken: await signJwt(
      signer,
      await currentKey(keyRings, issuedAt, expiresAt),
      'JWT',
      idTokenClaims(plan, idToken, { ...issuance, accessToken }),
    ),
  };
  await opaque.keep({ id, claims: JSON.stringify(accessTokenClaims(plan, issuance)), expiresAt });
  return { accessToken, jti, expiresAt, ...signed };
}
