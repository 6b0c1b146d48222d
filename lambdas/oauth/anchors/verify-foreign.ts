import type {
  ForeignKind,
  ForeignRefusal,
  TrustAnchor,
  VerifiedForeign,
  VerifyForeign,
} from '../../ports/trust-anchors.ts';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { candidates, isSignedByOneOf } from '../client-authentication/signature.ts';
import { profileOf } from '../people/profiles/profile-of.ts';
import { type AnchorKey, type AnchorKeys, coolDown, type KeysRefusal } from './anchor-keys.ts';
import {
  ageFault,
  demandsFault,
  endOfLife,
  type ForeignClaims,
  partiesFault,
  readClaims,
  timesFault,
} from './foreign-claims.ts';
import { type ForeignJwt, readForeignJwt } from './foreign-jwt.ts';
import { kindOf } from './kind.ts';

export interface ForeignPorts {
  readonly anchors: readonly TrustAnchor[];
  readonly keys: AnchorKeys;
  /** What the assertions of workloads name as `aud`: ours, and not the anchor's to choose. */
  readonly ownAudiences: readonly string[];
}

/** Verifies tokens of the trust anchors of the deployment. */
export function foreignVerifier(ports: ForeignPorts): VerifyForeign {
  return async (token, kinds, now) => {
    const read = readForeignJwt(token);
    if (!read.ok) return read;
    const jwt = read.value;
    const claims = readClaims(jwt.claims);
    if (!claims.ok) return claims;
    const late = timesFault(claims.value, now);
    if (late !== undefined) return refuse(late);
    const anchor = anchorOf(ports.anchors, claims.value);
    if (!anchor.ok) return anchor;
    const kind = kindOf(anchor.value, jwt, kinds);
    if (!kind.ok) return kind;
    const signed = await signature(ports.keys, { anchor: anchor.value, jwt, token }, now);
    if (!signed.ok) return signed;
    return judged(ports, { anchor: anchor.value, kind: kind.value, jwt, claims: claims.value, token }, now);
  };
}

/**
 * The one anchor whose issuer the token names, to the letter. Where tenants share an issuer, that is the anchor of the
 * token's own tenant, and no other.
 */
function anchorOf(
  anchors: readonly TrustAnchor[],
  claims: ForeignClaims,
): Result<TrustAnchor, ForeignRefusal> {
  const ofIssuer = anchors.filter(
    (anchor) => profileOf(anchor).issuers.ofToken(anchor, claims) === claims.iss,
  );
  const anchor = ofIssuer.find((candidate) => isOfTenant(candidate, claims));
  if (anchor !== undefined) return ok(anchor);
  return ofIssuer.length > 0
    ? refuse({ fault: 'tenant_not_trusted', detail: 'is of a tenant that its issuer is not trusted for' })
    : refuse({ fault: 'issuer_not_trusted', detail: 'is of an issuer that is not trusted here (iss)' });
}

function isOfTenant({ tenants, tenantClaim }: TrustAnchor, claims: ForeignClaims): boolean {
  if (tenants === undefined) return true;
  const tenant = tenantClaim !== undefined && Object.hasOwn(claims, tenantClaim) ? claims[tenantClaim] : '';
  return typeof tenant === 'string' && tenants.includes(tenant);
}

interface Presented {
  readonly anchor: TrustAnchor;
  readonly jwt: ForeignJwt;
  readonly token: string;
}

/** By the keys of that issuer and no others, and of these by the one that the token names. */
async function signature(
  keys: AnchorKeys,
  { anchor, jwt, token }: Presented,
  now: Instant,
): Promise<Result<true, ForeignRefusal>> {
  const { ownsKey } = profileOf(anchor).issuers;
  const fitting = (all: readonly AnchorKey[]): readonly AnchorKey[] =>
    candidates(all.filter((key) => ownsKey(anchor, key, jwt.claims)).map(ofSvids), jwt).map((key) => ({
      ...key,
    }));
  const found = await keys.find(anchor, fitting, now);
  if (!found.ok) return withoutKeys(anchor, found.refusal);
  return (await isSignedByOneOf(found.value, new Secret(token), jwt.algorithm))
    ? ok(true)
    : refuse({ fault: 'signature_wrong', detail: 'is not signed by the key that it names' });
}

/** SPIFFE has a `use` of its own for keys of JWT-SVIDs. */
function ofSvids({ use, ...key }: AnchorKey): AnchorKey {
  return use === undefined || use === 'jwt-svid' ? key : { ...key, use };
}

function withoutKeys(anchor: TrustAnchor, { reason }: KeysRefusal): Result<never, ForeignRefusal> {
  if (reason === 'out_of_reach') {
    const cause = new Error('its keys could not be fetched');
    throw new DependencyUnavailable(`trust anchor ${anchor.id}`, { cause, retryAfterSeconds: coolDown });
  }
  return reason === 'unknown'
    ? refuse({ fault: 'key_unknown', detail: 'names a key that its issuer does not publish (kid, alg)' })
    : refuse({
        fault: 'keys_not_usable',
        detail: 'cannot be verified: what its issuer publishes as its keys is no key set of that issuer',
      });
}

function judged(
  { ownAudiences }: ForeignPorts,
  {
    anchor,
    kind,
    jwt,
    claims,
    token,
  }: Presented & { readonly kind: ForeignKind; readonly claims: ForeignClaims },
  now: Instant,
): Result<VerifiedForeign, ForeignRefusal> {
  // Those that are made for us name us: an anchor's list is for tokens that were made for somebody else.
  const audiences = kind === 'workload' || kind === 'id_jag' ? ownAudiences : anchor.audiences;
  const fault =
    partiesFault({ ...anchor, audiences }, kind, claims) ??
    ageFault(kind, claims, now) ??
    demandsFault(anchor, jwt.claims, now);
  if (fault !== undefined) return refuse(fault);
  const { header } = jwt;
  return ok({ anchor, kind, header, claims, expiresAt: endOfLife(claims), jti: nameOf(claims, token) });
}

/** Entra has `uti` in place of `jti`; a token without either is named by its own digest. */
function nameOf({ iss, jti, uti }: ForeignClaims, token: string): string {
  const name = jti ?? (typeof uti === 'string' ? uti : undefined);
  return sha256(name === undefined ? token : `${iss}\0${name}`);
}
