import type { SignedIn } from '../../ports/people.ts';
import type { Instant } from '../../runtime/clock.ts';
import { bindBrowser } from './browser-binding.ts';
import { type CarriedRequest, sealRequest } from './carried-request.ts';
import { clientFingerprint } from './client-fingerprint.ts';
import type { Returning } from './returning.ts';
import { isWithin } from './consent-standing.ts';
import { endWithout, finishSignIn } from './finish-sign-in.ts';
import { keepHint } from '../people/upstream-hint.ts';
import type { ConsentQuestion, Outcome } from './outcome.ts';
import { shownName } from './person-session.ts';
import { redirected } from './refusal.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { type SignInRequest, wayBack } from './sign-in-request.ts';

/** Somebody came back whose consent is not known: they are asked, and the transaction holds who it is. */
export async function holdSignIn(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  signedIn: SignedIn,
  now: Instant,
): Promise<Outcome> {
  const { transaction, request } = returning;
  if (request.prompt.has('none')) {
    const spent = await ports.transactions.spend(transaction.id, { at: now, attempt: ports.random(16) });
    if (!spent) return nowhere(ports, visit, { reason: 'sign_in_over' });
    const refusal = redirected('login_required', 'other_person', 'somebody else is signed in');
    return endWithout(ports, visit, returning, { signedIn, refusal, consented: true }, now);
  }
  const held = { signedIn, at: now, attempt: ports.random(16) };
  const isHeld = await ports.transactions.hold(transaction.id, held);
  if (!isHeld) return nowhere(ports, visit, { reason: 'sign_in_over' });
  const asked = await askHeldConsent(ports, visit, returning, signedIn, now);
  const hint = await keepHint(ports.seals, signedIn, now);
  return { ...asked, ...(hint && { hint }) };
}

export async function askHeldConsent(
  ports: SignInPorts,
  visit: Visit,
  { transaction, request, idp }: Returning,
  { person }: SignedIn,
  now: Instant,
): Promise<ConsentQuestion> {
  const { client, access, resource } = request;
  const browser = await bindBrowser(ports, visit.browser, now);
  const carried = {
    asks: 'held_consent' as const,
    ...{ browser: browser.digest, request: transaction.request, transaction: transaction.id },
    ...{ shown: access, fingerprint: clientFingerprint(client) },
  };
  const { name } = shownName(person);
  return {
    ...{ go: 'ask_consent', client, back: wayBack(request), access, idp, browser: browser.kept },
    carried: await sealRequest(ports.seals, carried, now),
    ...(resource && { resource }),
    ...(name !== undefined && { person: name }),
  };
}

/** The answer of a person who is signed in already. */
export async function decideHeld(
  ports: SignInPorts,
  visit: Visit,
  answer: {
    readonly carried: Extract<CarriedRequest, { readonly asks: 'held_consent' }>;
    readonly request: SignInRequest;
    readonly decision: string | undefined;
  },
  now: Instant,
): Promise<Outcome> {
  const { carried, request, decision } = answer;
  const transaction = await ports.transactions.find(carried.transaction);
  const held = transaction?.held;
  if (transaction === undefined || held === undefined) {
    return nowhere(ports, visit, { reason: 'sign_in_unknown' });
  }
  if (transaction.expiresAt <= now) return nowhere(ports, visit, { reason: 'sign_in_expired' });
  if (transaction.spentAt !== undefined) return nowhere(ports, visit, { reason: 'sign_in_over' });
  const idp = (await ports.idps.all()).find(({ id, state }) => id === transaction.idp && state === 'active');
  if (idp === undefined) return nowhere(ports, visit, { reason: 'idp_gone' });
  const returning = { transaction, request, idp };
  if (decision === 'deny') return denied(ports, visit, returning, held, now);
  const fingerprint = clientFingerprint(request.client);
  const isAsShown = fingerprint === carried.fingerprint && isWithin(request.access, carried.shown);
  if (decision !== 'allow' || !isAsShown) return askHeldConsent(ports, visit, returning, held, now);
  const consent = { by: 'asked', terms: request.access, fingerprint } as const;
  return finishSignIn(ports, visit, { ...returning, transaction: { ...transaction, consent } }, held, now);
}

async function denied(
  ports: SignInPorts,
  visit: Visit,
  returning: Returning,
  held: SignedIn,
  now: Instant,
): Promise<Outcome> {
  const id = returning.transaction.id;
  const spent = await ports.transactions.spend(id, { at: now, attempt: ports.random(16) });
  if (!spent) return nowhere(ports, visit, { reason: 'sign_in_over' });
  const refusal = redirected('access_denied', 'person_denied', 'the person did not allow it');
  return endWithout(ports, visit, returning, { signedIn: held, refusal, consented: false }, now);
}
