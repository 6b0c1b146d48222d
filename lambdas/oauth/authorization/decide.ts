import type { Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { isBrowser } from './browser-binding.ts';
import { type CarriedRequest, openRequest } from './carried-request.ts';
import { chooseIdp } from './choose-idp.ts';
import { clientFingerprint } from './client-fingerprint.ts';
import { isWithin } from './consent-standing.ts';
import { decideHeld } from './held-sign-in.ts';
import { lookUpWritten, readWritten } from './look-up.ts';
import type { Outcome } from './outcome.ts';
import { askConsent, proceed } from './proceed.ts';
import { redirected } from './refusal.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { type SignInRequest, wayBack } from './sign-in-request.ts';
import { startSignIn } from './start-sign-in.ts';
import { toldClient } from './tell-client.ts';
import { unsound } from './unsound.ts';

/** What a person answered on a page of ours. */
export interface DecisionVisit extends Visit {
  /** The request that the page carried, sealed. */
  readonly carried: string | undefined;
  readonly decision: string | undefined;
  readonly chosenIdp: string | undefined;
}

/**
 * Takes a person's answer. A form counts in the browser that got the page and nowhere else, so that nobody can have
 * somebody else's browser send it; the client's request is read again, for it may be gone since.
 */
export function decide(ports: SignInPorts): (visit: DecisionVisit, now: Instant) => Promise<Outcome> {
  return async (visit, now) => {
    const counted = await ports.limit.count(visit.sourceAddress, now);
    if (!counted.ok) return nowhere(ports, visit, counted.refusal);
    const carried =
      visit.carried === undefined ? undefined : await openRequest(ports.seals, visit.carried, now);
    if (carried === undefined) return nowhere(ports, visit, { reason: 'form_expired' });
    if (!(await isBrowser(ports.seals, visit.browser, carried.browser, now))) {
      return nowhere(ports, visit, { reason: 'other_browser' });
    }
    const written = carried.request;
    const read = await lookUpWritten(ports.registry, written, now);
    if (!read.ok) return unsound(ports, visit, readWritten(written), { ...read, consented: false }, now);
    return answered(ports, visit, { carried, request: read.value }, now);
  };
}

interface Answered<Carried extends CarriedRequest = CarriedRequest> {
  readonly carried: Carried;
  readonly request: SignInRequest;
}

async function answered(
  ports: SignInPorts,
  visit: DecisionVisit,
  { carried, request }: Answered,
  now: Instant,
): Promise<Outcome> {
  const written = carried.request;
  switch (carried.asks) {
    case 'device':
      // Whatever else was pressed or sent is no yes.
      if (visit.decision === 'deny') return denied(ports, visit, request, undefined, now);
      return visit.decision === 'allow'
        ? proceed(ports, visit, { request, written }, now)
        : { go: 'ask_user_code', wrong: false };
    case 'idp': {
      const chosen = (visit.chosenIdp ?? '') as IdpId;
      return proceed(ports, visit, { request, written, chosen }, now);
    }
    case 'consent':
      return consented(ports, visit, { carried, request }, now);
    case 'again': {
      const idp = await offeredIdp(ports, request, carried.idp);
      // A yes to a client that is another one by now sends nobody upstream.
      const stands = carried.consent.fingerprint === clientFingerprint(request.client);
      if (idp === undefined || !stands) return proceed(ports, visit, { request, written }, now);
      return startSignIn(ports, visit, { request, written, idp, consent: carried.consent }, now);
    }
    case 'held_consent':
      return decideHeld(ports, visit, { carried, request, decision: visit.decision }, now);
  }
}

async function consented(
  ports: SignInPorts,
  visit: DecisionVisit,
  { carried, request }: Answered<Extract<CarriedRequest, { readonly asks: 'consent' }>>,
  now: Instant,
): Promise<Outcome> {
  const { client, access } = request;
  const written = carried.request;
  if (visit.decision === 'deny') return denied(ports, visit, request, carried.idp, now);
  const idp = await offeredIdp(ports, request, carried.idp);
  if (idp === undefined) return proceed(ports, visit, { request, written }, now);
  const fingerprint = clientFingerprint(client);
  const isAsShown = fingerprint === carried.fingerprint && isWithin(access, carried.shown);
  // Whatever else was pressed or sent is no yes; nor is a yes to a client that is another one by now.
  if (visit.decision !== 'allow' || !isAsShown)
    return askConsent(ports, visit, { request, written, idp }, now);
  const consent = { by: 'asked', terms: access, fingerprint } as const;
  return startSignIn(ports, visit, { request, written, idp, consent }, now);
}

function denied(
  ports: SignInPorts,
  visit: DecisionVisit,
  request: SignInRequest,
  idp: IdpId | undefined,
  now: Instant,
): Promise<Outcome> {
  const refusal = redirected('access_denied', 'person_denied', 'the person did not allow it');
  const told = { client: request.client, back: wayBack(request), refusal, consented: false };
  return toldClient(ports, visit, { ...told, ...(idp !== undefined && { idp }) }, now);
}

async function offeredIdp({ idps }: SignInPorts, { access }: SignInRequest, chosen: IdpId) {
  const [idp] = chooseIdp(await idps.all(), { resource: access.resource, chosen });
  return idp;
}
