import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignedIn, SignInRefusal, SignInReturn } from '../../ports/people.ts';
import type { SpokenTo, UpstreamClaims, UpstreamProviders, UpstreamSignIn } from '../../ports/upstream.ts';
import type { Vault, VaultSeals } from '../../ports/vault.ts';
import { after, type Instant, instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { keptUntil } from './kept-life.ts';
import type { GrantId, PersonId } from '../../runtime/identifiers.ts';
import { fraction, type Random } from '../../runtime/random.ts';
import type { Secret } from '../../runtime/secret.ts';
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

interface ToKeep {
  readonly of: {
    readonly grant: GrantId;
    readonly person: PersonId;
    /** The client of ours that it was issued to at the provider; undefined: the deployment itself. */
    readonly client: SignInReturn['enrolled'];
  };
  readonly claims: UpstreamClaims;
  readonly refreshToken: Secret;
  readonly refreshSeconds: number | undefined;
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
  const { upstream, vault } = ports;
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
    const of = { grant: back.keepFor, client: back.enrolled, person: person.value.id };
    const token = await toKeep(ports, idp, { of, claims, refreshToken, refreshSeconds }, now);
    await vault.keep({ ...token, unusedUntil: after(now, unusedSeconds) }, now);
  }
  const renewed = await replaceKept(
    ports,
    idp,
    { back, signIn: redeemed.value, person: person.value.id },
    now,
  );
  const session = upstreamSession(idp, claims);
  return ok({
    ...{ person: person.value, ...authenticationOf(idp, back, claims), keptUpstream: kept },
    ...(renewed && { renewed }),
    ...(session !== undefined && { session }),
    ...shownAgain(redeemed.value, back),
  });
}

/** What they signed in for again goes on with what they were given now: theirs alone, and if it waits for them. */
async function replaceKept(
  ports: SignInPorts,
  idp: SpokenTo,
  {
    back: { renews: grant },
    signIn: { claims, refreshToken, refreshSeconds },
    person,
  }: { readonly back: SignInReturn; readonly signIn: UpstreamSignIn; readonly person: PersonId },
  now: Instant,
): Promise<boolean> {
  const { vault, random } = ports;
  const kept = grant && (await vault.find(grant));
  if (refreshToken === undefined || kept === undefined || !isWaiting(kept, now)) return false;
  if (kept.idp !== idp.id || kept.person !== person) return false;
  const of = { grant: kept.grant, client: kept.client, person };
  const token = await toKeep(ports, idp, { of, claims, refreshToken, refreshSeconds }, now);
  return vault.renew({ ...token, attempt: random(16) }, now);
}

/** A refresh token as it is kept: sealed for that grant and person alone, with the moments at which it is due and at which it ends. */
async function toKeep(
  { seals, random }: Pick<SignInPorts, 'seals' | 'random'>,
  idp: SpokenTo,
  { of: { client, ...of }, claims, refreshToken, refreshSeconds }: ToKeep,
  now: Instant,
) {
  const binding = { ...of, idp: idp.id, ...(client !== undefined && { client }) };
  const sealed = await seals.seal(binding, { refreshToken, subject: String(claims['sub']) });
  return { ...binding, ...keptUntil(idp, refreshSeconds, now, fraction(random)), sealed };
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
