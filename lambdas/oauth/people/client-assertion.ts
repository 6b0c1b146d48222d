import type { IdentityProvider, ProofByKey } from '../../ports/identity-providers.ts';
import type { Instant } from '../../runtime/clock.ts';

/** Seconds. Auth0 takes five minutes at most, and some providers no more than one. */
const lifetime = 60;

/** The names that a provider may have in an assertion. */
export interface AssertionNames {
  readonly issuer: string;
  readonly tokenEndpoint: string;
}

/**
 * What is signed of an assertion that proves us to one provider (RFC 7523 §3, OIDC Core §9). `jti` has to be new each time.
 * It names one audience alone: whoever gets it can present it nowhere else, and neither key nor client is known elsewhere.
 */
export function assertionInput(
  { clientId }: Pick<IdentityProvider, 'clientId'>,
  { alg, audience, keys: [key], certificate }: ProofByKey,
  { issuer, tokenEndpoint }: AssertionNames,
  { jti, now }: { readonly jti: string; readonly now: Instant },
): string {
  // RFC 7515 §4.1.8: who has a certificate of ours knows no kid of it.
  const named = certificate === undefined ? { kid: key.kid } : { 'x5t#S256': certificate.thumbprint };
  const header = { alg, typ: 'JWT', ...named };
  const claims = {
    ...{ iss: clientId, sub: clientId, aud: audience === 'issuer' ? issuer : tokenEndpoint, jti },
    ...{ iat: now, nbf: now, exp: now + lifetime },
  };
  return `${encoded(header)}.${encoded(claims)}`;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
