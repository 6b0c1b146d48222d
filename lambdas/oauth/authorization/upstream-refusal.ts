import type { Explained } from '../../ports/diagnosis.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Returning } from './returning.ts';
import type { Outcome } from './outcome.ts';
import { type RedirectRefusal, redirected } from './refusal.ts';
import { nowhere } from './sign-in-audit.ts';
import type { SignInPorts, Visit } from './sign-in-ports.ts';
import { wayBack } from './sign-in-request.ts';
import { toldClient } from './tell-client.ts';

/** What an identity provider answers where it was told to show no page (OIDC Core §3.1.2.6). */
const withoutPages = new Map<string, RedirectRefusal>([
  ['login_required', redirected('login_required', 'upstream_login_required', 'the person has to sign in')],
  [
    'account_selection_required',
    redirected(
      'account_selection_required',
      'upstream_account_selection_required',
      'the person has to choose an account',
    ),
  ],
  // Its consent is not ours: to the client it is some interaction.
  ...['interaction_required', 'consent_required'].map((error): [string, RedirectRefusal] => [
    error,
    redirected('interaction_required', `upstream_${error}`, 'the identity provider has to ask the person'),
  ]),
]);

const denied = new Map<string, RedirectRefusal>([
  ['access_denied', redirected('access_denied', 'upstream_access_denied', 'the person was not signed in')],
  // OpenID Connect Unmet Authentication Requirements: asked by acr_values or max_age.
  [
    'unmet_authentication_requirements',
    redirected(
      'unmet_authentication_requirements',
      'upstream_acr_unmet',
      'the person could not be signed in as was asked',
    ),
  ],
]);

/**
 * Tells the client what the identity provider refused, where that is for the client to know, and ends the sign-in.
 * Undefined: it is the provider's trouble and not an answer.
 */
export async function upstreamRefused(
  ports: SignInPorts,
  visit: Visit,
  { transaction, request, idp }: Returning,
  { error, explained }: { readonly error: string; readonly explained: Explained },
  now: Instant,
): Promise<Outcome | undefined> {
  const refusal = denied.get(error) ?? (request.prompt.has('none') ? withoutPages.get(error) : undefined);
  if (refusal === undefined) return undefined;
  const spent = await ports.transactions.spend(transaction.id, { at: now, attempt: ports.random(16) });
  if (!spent) return nowhere(ports, visit, { reason: 'sign_in_over' });
  const back = wayBack(request);
  const told = { client: request.client, back, refusal, idp: idp.id, consented: true };
  return toldClient(ports, visit, { ...told, explained }, now);
}
