import type { ConsentedScope } from '../../ports/consents.ts';
import type { CodeBinding, GrantedBy, GrantTerms } from '../../ports/grants.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignedIn } from '../../ports/people.ts';
import { amongHeld, heldScope } from '../people/held-scope.ts';
import { isOpenIdScope } from '../scope/openid-scope.ts';
import type { Returning } from './returning.ts';
import { standingTerms } from './consent-standing.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';

/** What was consented to, is still on offer, and the person holds. OpenID scopes are about the person, who holds them. */
export function grantable(
  { transaction, request, idp }: Returning,
  { person }: SignedIn,
): ConsentedScope | RedirectRefusal {
  const terms = standingTerms(transaction.consent.terms, request.access);
  if (terms === undefined) {
    return redirected('access_denied', 'consent_gone', 'what the person allowed is not on offer any more');
  }
  const held = amongHeld(
    heldScope(idp, person.groups, terms.resource),
    terms.scope.filter((name) => !isOpenIdScope(name)),
  );
  if (terms.resource !== undefined && held.length === 0) {
    return redirected(
      'access_denied',
      'nothing_held',
      'the roles of the person allow nothing of what was asked at this resource',
    );
  }
  return { ...terms, scope: terms.scope.filter((name) => isOpenIdScope(name) || held.includes(name)) };
}

/** The grant that comes of it. */
export function termsOf(
  { transaction, request, idp }: Returning,
  signedIn: SignedIn,
  granted: ConsentedScope,
): GrantTerms {
  const { client } = request;
  return {
    ...{ id: transaction.grantId, clientId: client.id, ...granted },
    ...(client.agentId !== undefined && { agentId: client.agentId }),
    person: grantedBy(idp, signedIn, granted),
    keptUpstream: signedIn.keptUpstream,
  };
}

function grantedBy(
  idp: IdentityProvider,
  { person: { groups, ...person }, authTime, acr, amr, session }: SignedIn,
  { resource }: ConsentedScope,
): GrantedBy {
  return {
    ...person,
    roles: heldScope(idp, groups, resource).roles,
    ...(authTime !== undefined && { authTime }),
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...(session !== undefined && { session }),
  };
}

/** What its code is bound to, where the client is sent one. */
export function bindingOf({ redirectUri, codeChallenge, nonce, dpopJkt }: AuthorizationRequest): CodeBinding {
  return {
    ...{ redirectUri, codeChallenge },
    ...(nonce !== undefined && { nonce }),
    ...(dpopJkt !== undefined && { dpopJkt }),
  };
}
