import type { Explained } from '../../ports/diagnosis.ts';
import type { GrantTerms } from '../../ports/grants.ts';
import type { SignedIn } from '../../ports/people.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import type { Secret } from '../../runtime/secret.ts';
import { approveDevice, grantToDevice } from '../device/approve-device.ts';
import { endGrant } from '../grants/end-grant.ts';
import { issueCode } from '../grants/issue-code.ts';
import { isOver } from '../people/sessions-end.ts';
import { bindBrowser } from './browser-binding.ts';
import type { Returning } from './returning.ts';
import { bindingOf, grantable, termsOf } from './granted-terms.ts';
import type { Outcome } from './outcome.ts';
import { keepSession } from './person-session.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';
import { auditedScope, nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { redirectBack, wayBack } from './sign-in-request.ts';
import { begunAt } from './stale-sign-in.ts';
import { strand } from './strand.ts';
import { toldClient } from './tell-client.ts';

/**
 * Ends a sign-in in a grant and its code. It is spent before anything comes of it: of two browsers' tabs that come back
 * with one state, one gets a code. Where it fails after that, the person may sign in again with the same yes.
 */
export async function finishSignIn(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  signedIn: SignedIn,
  now: Instant,
): Promise<Outcome> {
  const { transaction } = returning;
  const session = await keepSession(ports.seals, signedIn, now);
  let spent = false;
  try {
    spent = await ports.transactions.spend(transaction.id, { at: now, attempt: ports.random(16) });
    if (!spent) return nowhere(ports, visit, { reason: 'sign_in_over' });
    const granted = grantable(returning, signedIn);
    if ('reason' in granted) {
      const end = { signedIn, refusal: granted, consented: true };
      return await endWithout(ports, visit, returning, end, now);
    }
    const terms = termsOf(returning, signedIn, granted);
    const { person, session: upstream } = signedIn;
    if (upstream !== undefined) await ports.persons.noteSession(upstream, person.id, now);
    const code = await grant(ports, visit, returning, terms, now);
    // Read after the grant is listed: whoever ends sessions marks first and reads the list then, so that one sees the other.
    if (isOver(begunAt(transaction), await ports.persons.find(person.id, upstream))) {
      return await endUnderWay(ports, visit, returning, terms, now);
    }
    const told = await tellGrant(ports, visit, returning, { terms, code }, now);
    return told.go === 'nowhere' ? told : { ...told, session };
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    // Not known to be spent here, it may be spent elsewhere, for a grant that lives by what is kept. So may a device be
    // approved by now.
    if (spent && !('device' in returning.request)) await forgetUpstream(ports, visit, returning, signedIn);
    return unfinished(ports, visit, returning, error, now);
  }
}

/**
 * The grant is there before it is listed: nothing is listed as granted that is not, and no code is out by then. Undefined: the
 * code is a device's own.
 */
async function grant(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  terms: GrantTerms,
  now: Instant,
): Promise<Secret | undefined> {
  const { request } = returning;
  await prolongClient(ports, request.client, now);
  if ('device' in request) {
    const isMade = await grantToDevice(ports, request.device, terms, now);
    if (isMade) await recordConsent(ports, visit, returning, terms, now);
    return undefined;
  }
  const code = await issueCode(ports, { terms, binding: bindingOf(request) }, now);
  await recordConsent(ports, visit, returning, terms, now);
  return code;
}

/** Tells the client, or lets the device know when it asks, and the audit trail once. */
async function tellGrant(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  { terms, code }: { readonly terms: GrantTerms; readonly code: Secret | undefined },
  now: Instant,
): Promise<Extract<Outcome, { readonly go: 'to_client' | 'device_approved' | 'nowhere' }>> {
  const { request } = returning;
  const { client } = request;
  if ('device' in request) {
    const context = { now, requestId: visit.requestId };
    const grantId = await approveDevice(ports, request.device, terms, context);
    if (grantId === undefined) return nowhere(ports, visit, { reason: 'device_over' }, client.id);
    recordGrant(ports, visit, returning, { ...terms, id: grantId });
    return { go: 'device_approved', client };
  }
  if (code === undefined) throw new Error('a code was made for whoever is no device');
  recordGrant(ports, visit, returning, terms);
  return { go: 'to_client', client, back: redirectBack(request), answer: { code }, leave: 'at_once' };
}

function recordGrant(
  { audit }: SignInPorts,
  { requestId, sourceAddress }: Visit,
  { transaction, request }: Returning,
  terms: GrantTerms,
): void {
  const { id: personId, idp } = terms.person;
  audit({
    event: 'authorization_granted',
    ...{ requestId, sourceAddress, clientId: terms.clientId, personId, idp },
    ...(terms.agentId !== undefined && { agentId: terms.agentId }),
    ...('device' in request && { device: true }),
    ...{ grantId: terms.id, consent: transaction.consent.by, offline: terms.offline, ...auditedScope(terms) },
  });
}

/** The person's sessions were ended while they signed in: nobody has the code, and its grant ends with them. */
async function endUnderWay(
  ports: SignInPorts,
  visit: Visit,
  { request, idp }: Returning,
  terms: GrantTerms,
  now: Instant,
): Promise<Outcome> {
  await endGrant(ports, terms, 'sessions_ended', { now, requestId: visit.requestId });
  const description = 'the sessions of the person were ended while they signed in';
  const refusal = redirected('access_denied', 'sessions_ended', description);
  const told = { client: request.client, back: wayBack(request), refusal, idp: idp.id, consented: true };
  return toldClient(ports, visit, told, now);
}

async function unfinished(
  ports: SignInPorts,
  visit: Visit,
  { transaction, request, idp }: Returning,
  error: DependencyUnavailable,
  now: Instant,
): Promise<Outcome> {
  const browser = await bindBrowser(ports, visit.browser, now);
  const { request: written, consent } = transaction;
  return strand(
    ports,
    visit,
    { request, written, idp, consent, browser, trouble: 'unavailable', error },
    now,
  );
}

interface Lacking {
  readonly signedIn: SignedIn;
  readonly refusal: RedirectRefusal;
  /** Where it comes from, for the audit trail. */
  readonly explained?: Explained;
}

/** Tells the client that a sign-in is older or weaker than it wanted, and ends it. */
export async function endLacking(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  lacking: Lacking,
  now: Instant,
): Promise<Outcome> {
  const id = returning.transaction.id;
  const spent = await ports.transactions.spend(id, { at: now, attempt: ports.random(16) });
  if (!spent) return nowhere(ports, visit, { reason: 'sign_in_over' });
  return endWithout(ports, visit, returning, { ...lacking, consented: true }, now);
}

/** Nothing is granted, and so nothing is kept of what the identity provider gave for it. */
export async function endWithout(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  { signedIn, ...end }: Lacking & { readonly consented: boolean },
  now: Instant,
): Promise<Outcome> {
  await forgetUpstream(ports, visit, returning, signedIn);
  const { request, idp } = returning;
  const told = { client: request.client, back: wayBack(request), idp: idp.id, ...end };
  return toldClient(ports, visit, told, now);
}

/** What cannot be forgotten now leads to no grant, is sealed, and counts for minutes, because nobody uses it. */
async function forgetUpstream(
  { standings }: SignInPorts,
  { requestId }: Visit,
  { transaction }: Returning,
  { keptUpstream }: SignedIn,
): Promise<void> {
  if (!keptUpstream) return;
  try {
    await standings.forget(transaction.grantId);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('an upstream refresh token is not forgotten', { requestId, error });
  }
}

async function recordConsent(
  { consents, grants, standings }: SignInPorts,
  { requestId }: Visit,
  { transaction, request: { client } }: Returning,
  { id, person }: GrantTerms,
  now: Instant,
): Promise<void> {
  const { terms: granted, fingerprint } = transaction.consent;
  const { id: clientId, name: clientName } = client;
  const consent = { clientId, clientName, fingerprint, granted, grant: id, now };
  await consents.record(person.id, consent, async (evicted) => {
    const end = (grant: GrantId): Promise<void> =>
      endGrant({ grants, standings }, { id: grant, keptUpstream: true }, 'too_many_grants', {
        now,
        requestId,
      });
    await Promise.all(evicted.map(end));
  });
}

/**
 * What a stranger had us keep lives on while people use it: a metadata document, and a client that registered itself,
 * for which once in half its life is often enough to write that down.
 */
async function prolongClient(
  { documents, lives, lifetimeSeconds }: SignInPorts,
  { id, expiresAt, managedBy }: Client,
  now: Instant,
): Promise<void> {
  if (managedBy.kind === 'document') await documents.markUsed(id, now);
  if (expiresAt === undefined || expiresAt - now > lifetimeSeconds / 2) return;
  await lives.prolong(id, expiresAt, after(now, lifetimeSeconds));
}
