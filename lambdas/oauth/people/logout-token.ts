import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { LogoutNotice } from '../../ports/people.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { idTokenAlgorithms, upstreamSkewSeconds } from './id-token.ts';
import { personOf } from './person.ts';
import { profileOf } from './profiles/profile-of.ts';
import { upstreamSession } from './upstream-session.ts';

type Members = Readonly<Record<string, unknown>>;

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Seconds for which a logout token may count at most: so long it is remembered that it was used. */
const longestLife = 3_600;

/**
 * Judges a logout token in all but its signature. What is wrong is said without its values; a provider's developers read
 * it.
 */
export function judgeLogoutToken(
  idp: IdentityProvider,
  { header, claims }: { readonly header: Members; readonly claims: Members },
  now: Instant,
): Result<LogoutNotice, string> {
  const problem = headerProblem(header) ?? partiesProblem(idp, claims) ?? purposeProblem(claims);
  if (problem !== undefined) return refuse(problem);
  const until = expiry(claims, now);
  if (!until.ok) return until;
  const { jti } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > 1_024) return refuse('jti is missing');
  const session = upstreamSession(idp, claims);
  const person = personOf(idp, claims);
  // OIDC Back-Channel Logout §2.4: sub, sid or both.
  if (session === undefined && !person.ok) {
    return refuse(
      `it names nobody: there is no sid, and the claim ${person.refusal.claim} is ${person.refusal.problem}`,
    );
  }
  return ok({
    ...{ jti, until: until.value },
    ...(person.ok && { person: person.value.id }),
    ...(session !== undefined && { session }),
  });
}

function headerProblem({ alg, typ }: Members): string | undefined {
  // OIDC Back-Channel Logout §2.6: as an id_token is signed, and never `none`.
  if (!(idTokenAlgorithms as readonly unknown[]).includes(alg)) return 'its algorithm is not taken';
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;
  // OIDC Back-Channel Logout §2.4: `logout+jwt` is recommended; providers that came before it say `JWT`, or nothing.
  return type === undefined || type === 'logout+jwt' || type === 'jwt' ? undefined : 'typ is not logout+jwt';
}

function partiesProblem(idp: IdentityProvider, claims: Members): string | undefined {
  const { iss, aud } = claims;
  const issuer = profileOf(idp).issuers.ofToken(idp, claims);
  if (issuer === undefined || iss !== issuer) return 'iss is another issuer';
  const audiences: readonly unknown[] = Array.isArray(aud) ? (aud as readonly unknown[]) : [aud];
  return audiences.includes(idp.clientId) ? undefined : 'aud is another client';
}

function purposeProblem({ events, nonce }: Members): string | undefined {
  // OIDC Back-Channel Logout §2.4: what tells it from an id_token, which has no such event and may have a nonce.
  if (nonce !== undefined) return 'it has a nonce, which no logout token has';
  return isObject(events) && isObject(events[logoutEvent]) ? undefined : 'events has no backchannel-logout';
}

function expiry({ iat, exp }: Members, now: Instant): Result<Instant, string> {
  if (typeof iat !== 'number' || iat > after(now, upstreamSkewSeconds))
    return refuse('iat is in the future, or missing');
  if (typeof exp !== 'number') return refuse('exp is missing');
  const until = instant(Math.ceil(Math.min(exp, iat + longestLife)) + upstreamSkewSeconds);
  return now < until ? ok(until) : refuse('it has expired');
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
