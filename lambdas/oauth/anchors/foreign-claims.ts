import * as v from 'valibot';
import type { Assurance, ForeignKind, ForeignRefusal, TrustAnchor } from '../../ports/trust-anchors.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { upstreamSkewSeconds } from '../people/id-token.ts';
import { claimAt, namesAt } from '../people/profiles/claim-at.ts';
import type { Members } from './foreign-jwt.ts';

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(1_024));
const numericDate = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(2 ** 40));

const shape = v.looseObject({
  iss: text,
  sub: text,
  aud: v.optional(v.union([text, v.pipe(v.array(text), v.minLength(1), v.maxLength(32))])),
  exp: numericDate,
  iat: numericDate,
  nbf: v.optional(numericDate),
  jti: v.optional(text),
  azp: v.optional(text),
});
export type ForeignClaims = v.InferOutput<typeof shape>;

/** What every token has, in the form that it must have. */
export function readClaims(claims: Members): Result<ForeignClaims, ForeignRefusal> {
  const read = v.safeParse(shape, claims);
  if (read.success) return ok(read.output);
  const claim = v.getDotPath(read.issues[0])?.split('.')[0] ?? 'claims';
  const problem = claims[claim] === undefined ? 'is missing' : 'is malformed';
  return refused('claims_malformed', `has no acceptable ${claim}: it ${problem}`);
}

/**
 * How long an id_token is a proof of who somebody is, however long it lives itself: it was made for a sign-in, and not to
 * be presented. Seconds.
 */
const longestIdToken = 3_600;

/** Whether it counts now, with the leeway that the clock of a provider has. */
export function timesFault({ exp, nbf, iat }: ForeignClaims, now: Instant): ForeignRefusal | undefined {
  if (exp + upstreamSkewSeconds <= now) return fault('out_of_time', 'is expired (exp)');
  if (nbf !== undefined && nbf > after(now, upstreamSkewSeconds)) {
    return fault('out_of_time', 'is not valid yet (nbf)');
  }
  if (iat > after(now, upstreamSkewSeconds)) return fault('out_of_time', 'was issued in the future (iat)');
  return undefined;
}

/** The same by what kind of a token it is. */
export function ageFault(
  kind: ForeignKind,
  { iat }: ForeignClaims,
  now: Instant,
): ForeignRefusal | undefined {
  if (kind !== 'id_token' || iat + longestIdToken + upstreamSkewSeconds > now) return undefined;
  const detail = `is an id_token that was issued more than ${longestIdToken} seconds ago: get a new one`;
  return fault('out_of_time', detail);
}

/** Whether the token was made for this deployment, or for what its anchor names in its place. */
export function partiesFault(
  { audiences, profile }: TrustAnchor,
  kind: ForeignKind,
  claims: ForeignClaims,
): ForeignRefusal | undefined {
  const named = claims.aud === undefined ? [] : [claims.aud].flat();
  // Access tokens of a user pool name their client, and nobody that they are for.
  const clientOfPool = profile === 'cognito' && named.length === 0 ? [claims['client_id']] : [];
  const parties: readonly unknown[] = kind === 'access_token' ? [...named, ...clientOfPool] : named;
  const isForUs = (party: unknown): boolean => audiences.some((audience) => audience === party);
  if (!parties.some(isForUs)) {
    return fault('audience_wrong', 'was made for another audience than its issuer is trusted for (aud)');
  }
  if (kind !== 'id_token') return undefined;
  // OIDC Core §3.1.3.7: for nobody besides, and made for the client that it names.
  if (!named.every(isForUs)) return fault('audience_wrong', 'is an id_token for others too (aud)');
  const isOfOne = claims.azp === undefined ? named.length === 1 : isForUs(claims.azp);
  return isOfOne
    ? undefined
    : fault('audience_wrong', 'is an id_token of another client than its issuer is trusted for (azp)');
}

/** Claims that the config demands, and how somebody proved who they are. */
export function demandsFault(
  { requiredClaims = {}, assurance }: TrustAnchor,
  claims: Members,
  now: Instant,
): ForeignRefusal | undefined {
  const unmet = Object.entries(requiredClaims).find(
    ([name, values]) => !values.some((value) => isSaid(claims, name, value)),
  );
  if (unmet !== undefined) {
    return fault('claim_not_accepted', `has in ${unmet[0]} nothing that its issuer is trusted for`);
  }
  const low = assurance && assuranceFault(assurance, claims, now);
  return low === undefined ? undefined : fault('assurance_too_low', low);
}

/** A claim that is that text, or lists it. Numbers and flags count as they are written. */
function isSaid(claims: Members, name: string, value: string): boolean {
  const said = namesAt(claims, name) ?? [];
  return said.some((one) => ['string', 'number', 'boolean'].includes(typeof one) && String(one) === value);
}

function assuranceFault(
  { acr, amr = [], maxAgeSeconds }: Assurance,
  claims: Members,
  now: Instant,
): string | undefined {
  if (acr !== undefined && !acr.some((value) => claims['acr'] === value)) {
    return 'is of a sign-in at too low a level (acr): have the person sign in again, by more than now';
  }
  const lacking = amr.find((method) => !(namesAt(claims, 'amr') ?? []).includes(method));
  if (lacking !== undefined) return 'is of a sign-in without a method that is demanded (amr)';
  if (maxAgeSeconds === undefined) return undefined;
  const at = claimAt(claims, 'auth_time');
  const isRecent = typeof at === 'number' && at + maxAgeSeconds + upstreamSkewSeconds > now;
  return isRecent ? undefined : 'is of a sign-in too long ago (auth_time): have the person sign in again';
}

/** When nobody takes the token any more; what comes of it ends by then. */
export function endOfLife({ exp }: ForeignClaims): Instant {
  return instant(Math.floor(exp));
}

function fault(name: ForeignRefusal['fault'], detail: string): ForeignRefusal {
  return { fault: name, detail };
}

function refused(name: ForeignRefusal['fault'], detail: string): Result<never, ForeignRefusal> {
  return refuse(fault(name, detail));
}
