import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInWishes } from '../../ports/people.ts';
import type { GivenConsent } from '../../ports/transactions.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { sha256 } from '../../runtime/digest.ts';
import { enrolledAt } from '../enrolment/enrolled-at.ts';
import { newGrantId } from '../grants/issue-code.ts';
import { pushedIn } from '../par/request-uri.ts';
import { type Browser, bindBrowser } from './browser-binding.ts';
import type { Outcome } from './outcome.ts';
import { auditedScope } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import type { SignInRequest } from './sign-in-request.ts';
import { strand } from './strand.ts';

/** A yes, and where it leads. */
export interface Start {
  readonly request: SignInRequest;
  /** The same as text. */
  readonly written: string;
  readonly idp: IdentityProvider;
  readonly consent: GivenConsent;
}

/** UI-5: a state is for the next ten minutes. Seconds. */
export const transactionSeconds = 600;

/** Sends the person to the identity provider: from the yes on there is a transaction, and not before. */
export async function startSignIn(
  ports: SignInPorts,
  visit: Visit,
  start: Start,
  now: Instant,
): Promise<Outcome> {
  const browser = await bindBrowser(ports, visit.browser, now);
  try {
    return await sendUpstream(ports, visit, start, browser, now);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    return strand(ports, visit, { ...start, browser, trouble: 'idp_unavailable', error }, now);
  }
}

async function sendUpstream(
  { signIns, pushed, transactions, random, audit }: SignInPorts,
  { requestId, sourceAddress }: Visit,
  { request, written, idp, consent }: Start,
  browser: Browser,
  now: Instant,
): Promise<Outcome> {
  const [state, nonce, codeVerifier] = [random(32), random(32), random(32)];
  const location = await signIns.begin(idp, {
    ...{ state, nonce, codeChallenge: sha256(codeVerifier) },
    wishes: wishesOf(request),
    offline: consent.terms.offline,
    ...enrolledAt(request.client, idp),
  });
  const grantId = newGrantId(random);
  const pushedId = pushedIn(written);
  // A double click is no second use: it comes from the one browser that has the request.
  if (pushedId !== undefined) await pushed.use(pushedId, { browser: browser.digest, at: now });
  await transactions.begin({
    id: sha256(state),
    expiresAt: after(now, transactionSeconds),
    browser: browser.digest,
    idp: idp.id,
    ...{ nonce, codeVerifier, request: written, consent, grantId },
  });
  audit({
    event: 'sign_in_started',
    ...{ requestId, sourceAddress, clientId: request.client.id, idp: idp.id, consent: consent.by },
    ...auditedScope(consent.terms),
  });
  return { go: 'upstream', location, browser: browser.kept };
}

/** OIDC Core §3.1.2.1: what only the identity provider can see to. Consent is ours to ask. */
function wishesOf({ prompt, maxAge: asked, acrValues, loginHint, challenge }: SignInRequest): SignInWishes {
  const passed = (['none', 'login', 'select_account'] as const).find((value) => prompt.has(value));
  // OIDC Core §2: a provider that is asked for an age tells auth_time, which shows whether they signed in anew.
  const maxAge = asked ?? (passed === 'login' ? 0 : undefined);
  return {
    ...(passed !== undefined && { prompt: passed }),
    ...(maxAge !== undefined && { maxAge }),
    ...(acrValues !== undefined && { acrValues }),
    ...(loginHint !== undefined && { loginHint }),
    ...(challenge !== undefined && { challenge }),
  };
}
