import type { Instant } from '../../runtime/clock.ts';
import { bindBrowser, isBrowser } from '../authorization/browser-binding.ts';
import { openSession, type PersonSession } from '../authorization/person-session.ts';
import type { Parameters } from '../parameters.ts';
import { namedTarget, openForm, sealForm } from './carried-logout.ts';
import { logOut } from './log-out.ts';
import type { LogoutOutcome, LogoutPorts, LogoutRefusal, LogoutTarget, LogoutVisit } from './logout-ports.ts';
import { findTarget, readLogoutRequest } from './logout-request.ts';

export interface LogoutArrival extends LogoutVisit {
  readonly parameters: Parameters;
}

/**
 * OIDC RP-Initiated Logout §2: signs a person out at once whom an id_token of the client names, and who is signed in at this
 * browser. Whoever else comes is asked: a link or a picture on a page of somebody else's ends nothing (§6).
 */
export function askLogout(
  ports: LogoutPorts,
): (visit: LogoutArrival, now: Instant) => Promise<LogoutOutcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return refused(ports, visit, counted.refusal);
    const read = await readLogoutRequest(ports, visit.parameters, now);
    if (!read.ok) return refused(ports, visit, read.refusal);
    const { target, hinted } = read.value;
    const session = await openSession(ports.seals, visit.session, now);
    return session !== undefined && session.person === hinted
      ? logOut(ports, visit, { target, session, by: 'client' }, now)
      : ask(ports, visit, { target, session }, now);
  };
}

/** What a person answered on the page that asks. */
export interface LogoutDecision extends LogoutVisit {
  readonly carried: string | undefined;
  readonly decision: string | undefined;
}

/** Takes a person's answer, in the browser that got the page and nowhere else; where they go is looked up again. */
export function decideLogout(
  ports: LogoutPorts,
): (visit: LogoutDecision, now: Instant) => Promise<LogoutOutcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return refused(ports, visit, counted.refusal);
    const carried = await openForm(ports.seals, visit.carried, now);
    if (carried === undefined) return refused(ports, visit, { reason: 'form_expired' });
    if (!(await isBrowser(ports.seals, visit.browser, carried.browser, now))) {
      return refused(ports, visit, { reason: 'other_browser' });
    }
    const target = await findTarget(ports.registry, carried, now);
    if (!target.ok) return refused(ports, visit, target.refusal);
    const session = await openSession(ports.seals, visit.session, now);
    // Whatever else was pressed or sent is no yes.
    if (visit.decision !== 'sign_out') return stay(ports, visit, target.value, session);
    // Somebody else has signed in since the page was shown.
    const isOther =
      carried.person !== undefined && session !== undefined && session.person !== carried.person;
    return isOther
      ? ask(ports, visit, { target: target.value, session }, now)
      : logOut(ports, visit, { target: target.value, session, by: 'person' }, now);
  };
}

async function ask(
  ports: LogoutPorts,
  visit: LogoutVisit,
  { target, session }: { readonly target: LogoutTarget; readonly session: PersonSession | undefined },
  now: Instant,
): Promise<LogoutOutcome> {
  const browser = await bindBrowser(ports, visit.browser, now);
  const all = await ports.idps.all();
  const idp = all.find(({ id }) => id === session?.idp);
  const person = session && { person: session.person };
  const carried = { ...namedTarget(target), browser: browser.digest, ...person };
  return {
    go: 'ask',
    carried: await sealForm(ports.seals, carried, now),
    browser: browser.kept,
    ...{ target, idps: idp === undefined ? all : [idp] },
    ...(session && { ends: idp?.onLogout ?? 'sessions' }),
    ...(session?.name !== undefined && { person: session.name }),
  };
}

function stay(
  { audit }: LogoutPorts,
  { requestId, sourceAddress }: LogoutVisit,
  { client }: LogoutTarget,
  session: PersonSession | undefined,
): LogoutOutcome {
  audit({
    event: 'logout_declined',
    ...{ requestId, sourceAddress },
    ...(session && { person: session.person }),
    ...(client && { clientId: client.id }),
  });
  return { go: 'stay' };
}

/** Tells the person, and the audit trail once. */
export function refused(
  { audit }: Pick<LogoutPorts, 'audit'>,
  { requestId, sourceAddress }: Pick<LogoutVisit, 'requestId' | 'sourceAddress'>,
  refusal: LogoutRefusal,
): LogoutOutcome {
  audit({ event: 'logout_refused', requestId, sourceAddress, reason: refusal.reason });
  return { go: 'refuse', refusal };
}
