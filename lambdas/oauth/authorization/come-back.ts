import type { Explained } from '../../ports/diagnosis.ts';
import type { SignedIn } from '../../ports/people.ts';
import type { StoredTransaction } from '../../ports/transactions.ts';
import type { Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { refuse, ok, type Result } from '../../runtime/result.ts';
import { enrolledAt } from '../enrolment/enrolled-at.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { explainStale, explainUnmetAcr } from '../people/diagnosis/explain-lacking.ts';
import { bindBrowser, isBrowser } from './browser-binding.ts';
import { clientFingerprint } from './client-fingerprint.ts';
import { isConsentImplied, isCovered } from './consent-standing.ts';
import { endLacking, finishSignIn } from './finish-sign-in.ts';
import { askHeldConsent, holdSignIn } from './held-sign-in.ts';
import { lookUpWritten, readWritten } from './look-up.ts';
import type { DeadEnd, Outcome } from './outcome.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';
import type { Returning } from './returning.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import type { SignInRequest } from './sign-in-request.ts';
import { staleSignIn } from './stale-sign-in.ts';
import { strand } from './strand.ts';
import { unmetAcr } from './unmet-acr.ts';
import { unsound } from './unsound.ts';
import { upstreamRefused } from './upstream-refusal.ts';

/** What an identity provider sent a person back with. */
export interface ReturnVisit extends Visit {
  /** Whose callback it is, as its path says. */
  readonly idp: string;
  readonly query: string;
  readonly parameters: RepeatableParameters;
}

/**
 * Takes a person back from an identity provider: find, expiry, binding to the browser, binding to the provider, and only
 * then what it says. Whoever brings another's state changes nothing.
 */
export function comeBack(ports: SignInPorts): (visit: ReturnVisit, now: Instant) => Promise<Outcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return nowhere(ports, visit, counted.refusal);
    const found = await findTransaction(ports, visit, now);
    if (!found.ok) return nowhere(ports, visit, found.refusal);
    const transaction = found.value;
    const written = transaction.request;
    const read = await lookUpWritten(ports.registry, written, now);
    if (!read.ok) return unsound(ports, visit, readWritten(written), { ...read, consented: true }, now);
    const idp = (await ports.idps.all()).find(
      ({ id, state }) => id === transaction.idp && state === 'active',
    );
    if (idp === undefined) return nowhere(ports, visit, { reason: 'idp_gone' });
    const returning = { transaction, request: read.value, idp };
    // They are back a second time, while they are asked: what the identity provider sent is used.
    if (transaction.held !== undefined) return askHeldConsent(ports, visit, returning, transaction.held, now);
    return complete(ports, visit, returning, now);
  };
}

async function findTransaction(
  { transactions, seals }: SignInPorts,
  { parameters: { values, repeated }, browser, idp }: ReturnVisit,
  now: Instant,
): Promise<Result<StoredTransaction, DeadEnd>> {
  const state = repeated.has('state') ? undefined : values.get('state');
  const transaction = state === undefined ? undefined : await transactions.find(sha256(state));
  if (transaction === undefined) return refuse({ reason: 'sign_in_unknown' });
  if (transaction.expiresAt <= now) return refuse({ reason: 'sign_in_expired' });
  // Login CSRF and state fixation: what another browser began is not finished here.
  if (!(await isBrowser(seals, browser, transaction.browser, now)))
    return refuse({ reason: 'other_browser' });
  // Mix-up (RFC 9700 §4.4.2.2): each provider has a callback of its own, and answers for itself alone.
  if (transaction.idp !== idp) return refuse({ reason: 'other_idp' });
  if (transaction.spentAt !== undefined) return refuse({ reason: 'sign_in_over' });
  return ok(transaction);
}

async function complete(
  ports: SignInPorts,
  visit: ReturnVisit,
  returning: Returning,
  now: Instant,
): Promise<Outcome> {
  const { transaction, request, idp } = returning;
  const { nonce, codeVerifier, grantId, consent } = transaction;
  const stranded = async (why: {
    readonly detail?: string;
    readonly explained?: Explained;
    readonly error?: DependencyUnavailable;
  }): Promise<Outcome> => {
    const browser = await bindBrowser(ports, visit.browser, now);
    const trouble = why.error === undefined ? 'idp_answer_unusable' : 'idp_unavailable';
    const written = transaction.request;
    return strand(ports, visit, { ...{ request, written, idp, consent, browser, trouble }, ...why }, now);
  };
  try {
    const outcome = await ports.signIns.complete(idp, {
      ...{ query: visit.query, state: visit.parameters.values.get('state') ?? '', nonce, codeVerifier },
      ...(request.acrValues !== undefined && { acrValues: request.acrValues }),
      ...(consent.terms.offline && { keepFor: grantId }),
      ...enrolledAt(request.client, idp),
    });
    if (outcome.ok) return await known(ports, visit, returning, outcome.value, now);
    const { refusal } = outcome;
    const { explained } = refusal;
    if (refusal.reason === 'upstream_answer_invalid') {
      return await stranded({ detail: refusal.detail, explained });
    }
    const told = await upstreamRefused(ports, visit, returning, refusal, now);
    return told ?? (await stranded({ detail: refusal.error, explained }));
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return stranded({ error });
  }
}

/** The person is known now. What was said before they left counts if it still stands; otherwise they are asked. */
async function known(
  ports: SignInPorts,
  visit: ReturnVisit,
  returning: Returning,
  signedIn: SignedIn,
  now: Instant,
): Promise<Outcome> {
  const lacking = lackingIn(returning, signedIn);
  if (lacking !== undefined) return endLacking(ports, visit, returning, { signedIn, ...lacking }, now);
  return (await stillStands(ports, returning, signedIn.person.id))
    ? finishSignIn(ports, visit, returning, signedIn, now)
    : holdSignIn(ports, visit, returning, signedIn, now);
}

/** What the client asked for of the sign-in itself, and did not get. */
function lackingIn(
  returning: Returning,
  { authTime, acr, person }: SignedIn,
): { readonly refusal: RedirectRefusal; readonly explained?: Explained } | undefined {
  const { idp, request } = returning;
  const other = otherPerson(request, person.id);
  if (other !== undefined) return { refusal: other };
  const stale = staleSignIn(returning, authTime);
  if (stale !== undefined) return { refusal: stale, explained: explainStale(idp, authTime !== undefined) };
  const unmet = unmetAcr(request, acr);
  return unmet && { refusal: unmet, explained: explainUnmetAcr(idp, request.acrValues) };
}

/** OIDC Core §3.1.2.2: a client that asks for somebody by `sub` gets tokens of nobody else. */
function otherPerson({ sub }: SignInRequest, person: PersonId): RedirectRefusal | undefined {
  if (sub === undefined || sub === person) return undefined;
  return redirected(
    'login_required',
    'other_person',
    'another person signed in than the sub that claims asks for',
  );
}

async function stillStands(
  { consents }: SignInPorts,
  { transaction: { consent }, request: { client } }: Returning,
  person: PersonId,
): Promise<boolean> {
  // IX-52: a yes to a client is none to what it has become, though it changed while the person was away.
  if (consent.fingerprint !== clientFingerprint(client)) return false;
  if (consent.by === 'asked') return true;
  if (consent.by === 'implied') return isConsentImplied(client);
  // What was remembered counts for that person alone.
  return (
    consent.person === person &&
    isCovered(await consents.of(person), client, consent.fingerprint, consent.terms)
  );
}
