import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignedIn, SignInRefusal, SignInReturn } from '../../ports/people.ts';
import type { SpokenTo, UpstreamClaims, UpstreamProviders, UpstreamSignIn } from '../../ports/upstream.ts';
import type { Vault, VaultSeals } from '../../ports/vault.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { keptUntil } from './kept-life.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { fraction, type Random } from '../../runtime/random.ts';
import { personOf } from './person.ts';
import { reachedAcr } from './step-up.ts';
import { upstreamSession } from './upstream-session.ts';
import { isWaiting } from './waiting.ts';

interface SignInPorts {
  readonly upstream: Pick<UpstreamProviders, 'redeem'>;
  readonly seals: VaultSeals;
  readonly vault: Vault;
  readonly random: Random;
}

/**
 * How long a refresh token is kept that nobody has used yet: longer than the rest of a sign-in, in which the person may
 * still be asked, and the life of the code it ends in. Seconds.
 */
const unusedSeconds = 15 * 60;

/**
 * Completes a sign-in: who came back, and where the grant is for work while they are away, keeps their refresh token. The
 * person may yet say no, and the client may never come for its code: it is kept for minutes, until that code is redeemed.
 */
export async function completeSignIn(
  ports: SignInPorts,
  idp: SpokenTo,
  back: SignInReturn,
  now: Instant,
): Promise<Result<SignedIn, SignInRefusal>> {
  const { upstream, seals, vault, random } = ports;
  const redeemed = await upstream.redeem(idp, back);
  if (!redeemed.ok) return redeemed;
  const { claims, refreshToken, refreshSeconds } = redeemed.value;
  const person = personOf(idp, claims);
  if (!person.ok) {
    const { claim, problem } = person.refusal;
    return refuse({ reason: 'upstream_answer_invalid', detail: `the claim ${claim} is ${problem}` });
  }
  const kept = back.keepFor !== undefined && refreshToken !== undefined;
  if (kept) {
    const issuedTo = back.enrolled === undefined ? {} : { client: back.enrolled };
    const binding = { grant: back.keepFor, idp: idp.id, person: person.value.id, ...issuedTo };
    const sealed = await seals.seal(binding, { refreshToken, subject: String(claims['sub']) });
    const end = keptUntil(idp, refreshSeconds, now, fraction(random));
    await vault.keep({ ...binding, ...end, sealed, unusedUntil: after(now, unusedSeconds) }, now);
  }
  const renewed = await renewKept(ports, idp, { back, signIn: redeemed.value, person: person.value.id }, now);
  const session = upstreamSession(idp, claims);
  return ok({
    ...{ person: person.value, ...authenticationOf(idp, back, claims), keptUpstream: kept },
    ...(renewed && { renewed }),
    ...(session !== undefined && { session }),
    ...shownAgain(redeemed.value, back),
  });
}

/** What they signed in for again goes on with what they were given now: theirs alone, and if it waits for them. */
async function renewKept(
  { seals, vault, random }: SignInPorts,
  idp: SpokenTo,
  {
    back: { renews: grant },
    signIn: { claims, refreshToken, refreshSeconds },
    person,
  }: { readonly back: SignInReturn; readonly signIn: UpstreamSignIn; readonly person: PersonId },
  now: Instant,
): Promise<boolean> {
  const kept = grant && (await vault.find(grant));
  if (refreshToken === undefined || kept === undefined || !isWaiting(kept, now)) return false;
  if (kept.idp !== idp.id || kept.person !== person) return false;
  const issuedTo = kept.client === undefined ? {} : { client: kept.client };
  const binding = { grant: kept.grant, idp: idp.id, person, ...issuedTo };
  const sealed = await seals.seal(binding, { refreshToken, subject: String(claims['sub']) });
  const end = keptUntil(idp, refreshSeconds, now, fraction(random));
  return vault.renew({ ...binding, ...end, sealed, attempt: random(16) }, now);
}

/** One that was issued to a client of its own there is no word of ours, who send people to be signed out. */
function shownAgain(
  { idToken }: UpstreamSignIn,
  { enrolled, renews }: SignInReturn,
): Pick<SignedIn, 'idToken'> {
  return idToken !== undefined && enrolled === undefined && renews === undefined ? { idToken } : {};
}

function authenticationOf(
  idp: IdentityProvider,
  { acrValues }: SignInReturn,
  claims: UpstreamClaims,
): Pick<SignedIn, 'authTime' | 'acr' | 'amr'> {
  const { auth_time: authTime, amr } = claims;
  const acr = reachedAcr(idp, acrValues, claims);
  return {
    ...(typeof authTime === 'number' && { authTime: instant(Math.floor(authTime)) }),
    ...(isShort(acr) && { acr }),
    ...(Array.isArray(amr) && amr.every(isShort) && { amr: amr.slice(0, 20) }),
  };
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256;
}
