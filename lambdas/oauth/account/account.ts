import type { Instant } from '../../runtime/clock.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import { connectedAccounts, disconnectAccount, isGone } from '../connect/connected-accounts.ts';
import { type AccountSession, formToken, isFormOf } from './account-cookie.ts';
import type { AccountOutcome, AccountPorts, AccountRefusal, AccountVisit } from './account-ports.ts';
import { grantedAccess } from './granted-access.ts';
import { type LiveSession, liveSession } from './live-session.ts';
import { signIn } from './sign-in.ts';
import { waitingAccess } from './waiting-access.ts';

/** What a form of the page asks for. */
export interface AccountForm extends AccountVisit {
  readonly token: string | undefined;
  /** A client id. */
  readonly withdraw: string | undefined;
  readonly signOut: boolean;
  /** A grant that waits for them, for which they sign in again. */
  readonly renew: string | undefined;
  /** A connected account. */
  readonly disconnect: string | undefined;
  /** Where several identity providers could be meant. */
  readonly chosenIdp: string | undefined;
}

/** Shows what a person granted, once they are signed in for it. */
export async function openAccount(
  ports: AccountPorts,
  visit: AccountVisit,
  now: Instant,
): Promise<AccountOutcome> {
  const counted = await ports.limit.count(visit.sourceAddress, now);
  if (!counted.ok) return refused(ports, visit, counted.refusal);
  const known = await liveSession(ports, visit.cookie, now);
  return known === undefined ? signIn(ports, undefined, now) : shown(ports, known, now);
}

/** Does what a form of the page asks for. */
export async function useAccount(
  ports: AccountPorts,
  form: AccountForm,
  now: Instant,
): Promise<AccountOutcome> {
  const counted = await ports.limit.count(form.sourceAddress, now);
  if (!counted.ok) return refused(ports, form, counted.refusal);
  if (form.chosenIdp !== undefined) return signIn(ports, form.chosenIdp, now);
  const known = await liveSession(ports, form.cookie, now);
  if (known === undefined || !(await isFormOf(ports.seals, known.session, form.token, now))) {
    return refused(ports, form, { reason: 'form_expired' });
  }
  const { session } = known;
  if (form.signOut) {
    const { requestId, sourceAddress } = form;
    ports.audit({ event: 'account_signed_out', requestId, sourceAddress, person: session.person });
    return { go: 'signed_out' };
  }
  if (form.renew !== undefined) return renewed(ports, known, form.renew, now);
  if (form.disconnect !== undefined) return disconnected(ports, known, form, form.disconnect, now);
  if (form.withdraw === undefined) return shown(ports, known, now);
  const name = await withdrawAll(ports, form, session, form.withdraw, now);
  const page = await shown(ports, { session, consents: await ports.consents.of(session.person) }, now);
  return name === undefined ? page : { ...page, withdrawn: name };
}

function refused(
  { audit }: AccountPorts,
  { requestId, sourceAddress }: AccountVisit,
  refusal: AccountRefusal,
): AccountOutcome {
  audit({ event: 'account_refused', requestId, sourceAddress, reason: refusal.reason });
  return { go: 'refuse', refusal };
}

/** Where it waits no more, there is nothing to do. */
async function renewed(
  ports: AccountPorts,
  known: LiveSession,
  grant: string,
  now: Instant,
): Promise<AccountOutcome> {
  const waiting = await waitingAccess(ports.standings, known.consents);
  const found = waiting.find((each) => each.grant === grant);
  return found === undefined
    ? shown(ports, known, now)
    : signIn(ports, known.session.idp, now, { renews: found.grant });
}

/** Where there is no such account, there is nothing to do. */
async function disconnected(
  ports: AccountPorts,
  known: LiveSession,
  { requestId }: AccountForm,
  connection: string,
  now: Instant,
): Promise<AccountOutcome> {
  const { connected, idps } = ports;
  const idp = (await idps.all()).find(({ id }) => id === known.session.idp);
  const done =
    connected && (await disconnectAccount(connected, known.session, idp, { connection, requestId }));
  const page = await shown(ports, known, now);
  if (done === undefined) return page;
  const gone = isGone(page.connected, connection) ? ({ isGone: true } as const) : {};
  return { ...page, disconnected: { ...done, ...gone } };
}

async function shown(
  { seals, idps, registry, standings, connected }: AccountPorts,
  { session, consents }: LiveSession,
  now: Instant,
): Promise<Extract<AccountOutcome, { readonly go: 'show' }>> {
  const idp = (await idps.all()).find(({ id }) => id === session.idp);
  return {
    go: 'show',
    session,
    idp: idp?.name ?? session.idp,
    ...(idp && { issuer: idp.issuer }),
    access: await grantedAccess(registry, consents),
    waiting: await waitingAccess(standings, consents),
    ...(connected && { connected: await connectedAccounts({ ...connected, registry }, session, idp) }),
    formToken: await formToken(seals, session, now),
  };
}

/**
 * Ends every grant that a client has of the person, and forgets what was granted. The grants end first: whatever fails on
 * the way, what is still listed can be withdrawn again. Resolves with the client's name; undefined where it has nothing.
 */
async function withdrawAll(
  { consents, grants, standings, audit }: AccountPorts,
  { requestId, sourceAddress }: AccountForm,
  { person }: AccountSession,
  client: string,
  now: Instant,
): Promise<string | undefined> {
  const consent = (await consents.of(person)).find(({ clientId }) => clientId === client);
  if (consent === undefined) return undefined;
  const ended = new Set<GrantId>();
  await consents.withdraw(person, consent.clientId, async (ids) => {
    for (const id of ids.filter((each) => !ended.has(each))) {
      await grants.end(id, { at: now, reason: 'withdrawn' }, requestId);
      ended.add(id);
      await standings.forget(id);
    }
  });
  const { clientId, clientName } = consent;
  audit({
    event: 'consent_withdrawn',
    ...{ requestId, sourceAddress, person, clientId, grants: ended.size },
  });
  return clientName;
}
