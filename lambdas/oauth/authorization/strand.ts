import type { Explained } from '../../ports/diagnosis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { GivenConsent } from '../../ports/transactions.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { Browser } from './browser-binding.ts';
import { sealRequest } from './carried-request.ts';
import type { Outcome, Trouble } from './outcome.ts';
import { redirected } from './refusal.ts';
import { auditedFault } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { type SignInRequest, wayBack } from './sign-in-request.ts';
import { toldClient } from './tell-client.ts';

interface Stranding {
  readonly request: SignInRequest;
  readonly written: string;
  readonly idp: IdentityProvider;
  readonly consent: GivenConsent;
  readonly browser: Browser;
  readonly trouble: Trouble;
  /** For the audit trail: what the identity provider said, or what was wrong with it. */
  readonly detail?: string;
  /** Of what the identity provider said: what it comes from. */
  readonly explained?: Explained;
  readonly error?: DependencyUnavailable;
}

/**
 * A sign-in that nobody refused and that got no further: the person may try again with the same yes, or go back to the
 * client, which is told to try later. Nobody sees a page where the client wants none (`prompt=none`).
 */
export async function strand(
  ports: SignInPorts,
  visit: Visit,
  { request, written, idp, consent, browser, trouble, detail, explained, error }: Stranding,
  now: Instant,
): Promise<Outcome> {
  const { client } = request;
  const back = wayBack(request);
  const fault = explained ?? unavailable(idp, error);
  if (request.prompt.has('none')) {
    const refusal = redirected('temporarily_unavailable', trouble, 'the sign-in failed; try again later');
    const told = { client, back, refusal, idp: idp.id, consented: true };
    return toldClient(ports, visit, { ...told, ...(fault && { explained: fault }) }, now);
  }
  const again = { asks: 'again', browser: browser.digest, request: written, idp: idp.id, consent } as const;
  const carried = await sealRequest(ports.seals, again, now);
  const { requestId, sourceAddress } = visit;
  ports.audit({
    event: 'sign_in_failed',
    ...{ requestId, sourceAddress, clientId: client.id, idp: idp.id, reason: trouble },
    ...(error && { dependency: error.dependency }),
    ...(detail !== undefined && { detail }),
    ...auditedFault(fault),
  });
  return {
    go: 'strand',
    ...{ trouble, idp, client, back, browser: browser.kept, carried },
    ...(error && { retryAfter: error.retryAfterSeconds }),
  };
}

/** What an administrator can do about a provider that cannot be used: as likely its settings as an outage. */
function unavailable(
  { id }: IdentityProvider,
  error: DependencyUnavailable | undefined,
): Explained | undefined {
  return error?.dependency === `identity provider ${id}`
    ? { code: 'provider_unavailable', fix: `Run \`npx vestibule idp doctor ${id}\`.` }
    : undefined;
}
