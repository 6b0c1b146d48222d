import type { Explained } from '../../ports/diagnosis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignedIn, SignInReturn } from '../../ports/people.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { GrantId, IdpId } from '../../runtime/identifiers.ts';
import { heldScope } from '../people/held-scope.ts';
import { isOver } from '../people/sessions-end.ts';
import { type AccountCookie, type AccountSession, keepCookie, openCookie } from './account-cookie.ts';
import type { AccountOutcome, AccountPorts, AccountVisit } from './account-ports.ts';

/** What a sign-in is for, where it is not for the account page. */
interface Purpose {
  /** The grant that they sign in for again. */
  readonly renews?: GrantId;
  /** The page of ours that they wanted to see. */
  readonly then?: `/${string}`;
}

/** Sends the person to the only identity provider, to the one they chose, or asks which. */
export async function signIn(
  { idps, signIns, seals, random }: Pick<AccountPorts, 'idps' | 'signIns' | 'seals' | 'random'>,
  chosen: string | undefined,
  now: Instant,
  { renews, then }: Purpose = {},
): Promise<AccountOutcome> {
  const active = (await idps.all()).filter(({ state }) => state === 'active');
  const [only, another] = active;
  if (only === undefined) return { go: 'refuse', refusal: { reason: 'no_identity_provider' } };
  const idp = another === undefined ? only : active.find(({ id }) => id === chosen);
  if (idp === undefined) return { go: 'ask_idp', idps: active };
  const [state, nonce, codeVerifier] = [random(32), random(32), random(32)];
  const codeChallenge = sha256(codeVerifier);
  const again = renews === undefined ? {} : { renews };
  const asked = { state, nonce, codeChallenge, wishes: {}, offline: renews !== undefined, ...again };
  const location = await signIns.begin(idp, asked);
  const pending = {
    ...({ kind: 'sign_in', idp: idp.id, state, nonce, codeVerifier, began: now, ...again } as const),
    ...(then !== undefined && { then }),
  };
  return { go: 'upstream', location, kept: await keepCookie(seals, pending, now) };
}

export interface AccountReturn extends AccountVisit {
  /** Whose callback it is, as its path says. */
  readonly idp: string;
  readonly state: string | undefined;
  readonly query: string;
}

/**
 * Takes the person back from the identity provider; undefined for whoever did not leave from the account page of this
 * browser, to that provider: then the return is another sign-in's.
 */
export async function comeBackToAccount(
  ports: AccountPorts,
  visit: AccountReturn,
  now: Instant,
): Promise<AccountOutcome | undefined> {
  const pending = pendingOf(await openCookie(ports.seals, visit.cookie, now), visit.state);
  if (pending?.idp !== visit.idp) return undefined;
  const { audit } = ports;
  const { requestId, sourceAddress } = visit;
  const refuse = (
    reason: 'sign_in_refused' | 'sign_in_failed' | 'sessions_ended',
    detail?: string,
    explained?: Explained,
  ): AccountOutcome => {
    audit({
      event: 'account_refused',
      ...{ requestId, sourceAddress, reason },
      ...(detail !== undefined && { detail }),
      ...(explained && { finding: explained.code, fix: explained.fix }),
    });
    return { go: 'refuse', refusal: { reason }, ...onward(pending) };
  };
  const idp = await activeIdp(ports, pending.idp);
  if (idp === undefined) return refuse('sign_in_failed', 'the identity provider is gone');
  const outcome = await ports.signIns.complete(idp, returnOf(pending, visit));
  if (!outcome.ok) {
    const { refusal } = outcome;
    return refusal.reason === 'upstream_refused'
      ? refuse('sign_in_refused', refusal.error, refusal.explained)
      : refuse('sign_in_failed', refusal.detail, refusal.explained);
  }
  const { person: signedIn, session: upstream } = outcome.value;
  if (upstream !== undefined) await ports.persons.noteSession(upstream, signedIn.id, now);
  if (isOver(pending.began, await ports.persons.find(signedIn.id, upstream))) return refuse('sessions_ended');
  const session = sessionOf(ports, idp, outcome.value, now);
  audit({ event: 'account_opened', requestId, sourceAddress, person: session.person, idp: idp.id });
  tellAgain(ports, visit, pending, outcome.value);
  const kept = await keepCookie(ports.seals, session, now);
  return { go: 'signed_in', kept, ...onward(pending) };
}

function sessionOf(
  { random }: Pick<AccountPorts, 'random'>,
  idp: IdentityProvider,
  { person, session: upstream }: SignedIn,
  now: Instant,
): AccountSession {
  const shown = person.name ?? person.preferredUsername ?? person.email;
  const { roles } = heldScope(idp, person.groups, undefined);
  return {
    ...({ kind: 'session', id: random(16), person: person.id, idp: idp.id, began: now } as const),
    ...(shown !== undefined && { name: shown }),
    ...(upstream !== undefined && { upstream }),
    ...(roles.length > 0 && { roles }),
  };
}

function onward({ then }: Pending): Pick<Pending, 'then'> {
  return then === undefined ? {} : { then };
}

type Pending = Extract<AccountCookie, { readonly kind: 'sign_in' }>;

function returnOf({ state, nonce, codeVerifier, renews }: Pending, { query }: AccountReturn): SignInReturn {
  return { query, state, nonce, codeVerifier, ...(renews !== undefined && { renews }) };
}

function tellAgain(
  { audit }: AccountPorts,
  { requestId, sourceAddress }: AccountReturn,
  { renews: grantId }: Pending,
  { person: { id: person }, renewed }: SignedIn,
): void {
  if (grantId === undefined || renewed !== true) return;
  audit({ event: 'account_signed_in_again', requestId, sourceAddress, person, grantId });
}

function pendingOf(cookie: AccountCookie | undefined, state: string | undefined): Pending | undefined {
  if (cookie?.kind !== 'sign_in' || state === undefined) return undefined;
  return sameDigest(sha256(cookie.state), sha256(state)) ? cookie : undefined;
}

async function activeIdp({ idps }: AccountPorts, id: IdpId): Promise<IdentityProvider | undefined> {
  return (await idps.all()).find((idp) => idp.id === id && idp.state === 'active');
}
