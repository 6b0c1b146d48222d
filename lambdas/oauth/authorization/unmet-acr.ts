import { acrNames } from '../people/step-up.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';

/**
 * Whether a person was authenticated in no way that the client asked for. RFC 9470 §5: it asked because a resource will have
 * no other token. For the id_token alone it is a wish (OIDC Core §3.1.2.1).
 */
export function unmetAcr(
  { acrValues, access }: Pick<AuthorizationRequest, 'acrValues' | 'access'>,
  acr: string | undefined,
): RedirectRefusal | undefined {
  const asked = acrNames(acrValues);
  if (asked.length === 0 || access.resource === undefined) return undefined;
  if (acr !== undefined && asked.includes(acr)) return undefined;
  return redirected(
    'unmet_authentication_requirements',
    'acr_unmet',
    'the identity provider did not authenticate the person in a way that acr_values asks for',
  );
}
