import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { GivenConsent } from '../../ports/transactions.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { type BelievedSession, believedSession } from './believed-session.ts';
import { bindBrowser } from './browser-binding.ts';
import { sealRequest } from './carried-request.ts';
import { chooseIdp } from './choose-idp.ts';
import { clientFingerprint } from './client-fingerprint.ts';
import { isConsentImplied, isCovered } from './consent-standing.ts';
import type { Outcome } from './outcome.ts';
import { type AuthorizationError, redirected } from './refusal.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { type SignInRequest, wayBack } from './sign-in-request.ts';
import { startSignIn } from './start-sign-in.ts';
import { toldClient } from './tell-client.ts';

/** A sound request on its way; `chosen`: the identity provider that the person chose. */
export interface Proceeding {
  readonly request: SignInRequest;
  /** The same as text. */
  readonly written: string;
  readonly chosen?: IdpId;
}

/** From a sound request to the next thing to do: choose where to sign in, consent, or go there. */
export async function proceed(
  ports: SignInPorts,
  visit: Visit,
  { request, written, chosen }: Proceeding,
  now: Instant,
): Promise<Outcome> {
  const session = await believedSession(ports, visit.session, now);
  const choice = chooseIdp(await ports.idps.all(), {
    ...{ resource: request.access.resource, loginHint: request.loginHint, chosen },
    session: request.prompt.has('select_account') ? undefined : session?.idp,
  });
  const [idp, ...more] = choice;
  if (idp === undefined) {
    return refused(
      ports,
      visit,
      { request, now },
      'access_denied',
      'idp_missing',
      'nobody signs in for this resource',
    );
  }
  if (more.length > 0) return askIdp(ports, visit, { request, written, idps: choice }, now);
  const known = session?.idp === idp.id ? session : undefined;
  const consent = givenConsent(request, known);
  if (consent !== undefined) return startSignIn(ports, visit, { request, written, idp, consent }, now);
  if (request.prompt.has('none')) {
    const asked = { request, now };
    // OIDC Core §3.1.2.6: without a session nobody is known whose consent could be looked up.
    return known === undefined
      ? refused(ports, visit, asked, 'login_required', 'nobody_signed_in', 'nobody is signed in here')
      : refused(ports, visit, asked, 'consent_required', 'consent_missing', 'the person has to be asked');
  }
  return askConsent(ports, visit, { request, written, idp, session: known }, now);
}

function givenConsent(
  request: SignInRequest,
  session: BelievedSession | undefined,
): GivenConsent | undefined {
  const { client, access: terms } = request;
  const fingerprint = clientFingerprint(client);
  if (isConsentImplied(client)) return { by: 'implied', terms, fingerprint };
  if (session === undefined || request.prompt.has('consent')) return undefined;
  return isCovered(session.consents, client, fingerprint, terms)
    ? { by: 'remembered', person: session.person, terms, fingerprint }
    : undefined;
}

async function askIdp(
  ports: SignInPorts,
  visit: Visit,
  asking: Proceeding & { readonly idps: readonly IdentityProvider[] },
  now: Instant,
): Promise<Outcome> {
  const { request, written, idps } = asking;
  if (request.prompt.has('none')) {
    const description = 'the person has to choose where to sign in';
    return refused(
      ports,
      visit,
      { request, now },
      'account_selection_required',
      'idp_ambiguous',
      description,
    );
  }
  const browser = await bindBrowser(ports, visit.browser, now);
  const carried = { asks: 'idp', browser: browser.digest, request: written } as const;
  return {
    ...{ go: 'ask_idp', idps, client: request.client, back: wayBack(request) },
    ...{ browser: browser.kept, carried: await sealRequest(ports.seals, carried, now) },
  };
}

/** UI-4: the person is asked for each client, and before anything goes to the identity provider. */
export async function askConsent(
  ports: SignInPorts,
  visit: Visit,
  asking: Proceeding & { readonly idp: IdentityProvider; readonly session?: BelievedSession | undefined },
  now: Instant,
): Promise<Outcome> {
  const { request, written, idp, session } = asking;
  const { client, access, resource } = request;
  const browser = await bindBrowser(ports, visit.browser, now);
  const carried = await sealRequest(
    ports.seals,
    {
      ...{ asks: 'consent', browser: browser.digest, request: written, idp: idp.id, shown: access },
      fingerprint: clientFingerprint(client),
    },
    now,
  );
  return {
    ...{ go: 'ask_consent', client, back: wayBack(request), access, idp, carried, browser: browser.kept },
    ...(resource && { resource }),
    ...(session?.name !== undefined && { person: session.name }),
  };
}

function refused(
  ports: SignInPorts,
  visit: Visit,
  { request, now }: { readonly request: SignInRequest; readonly now: Instant },
  ...refusal: [error: AuthorizationError, reason: string, description: string]
): Promise<Outcome> {
  const told = { client: request.client, back: wayBack(request), refusal: redirected(...refusal) };
  return toldClient(ports, visit, { ...told, consented: false }, now);
}
