import { acrNames } from '../people/step-up.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import { redirected, type RedirectRefusal } from './refusal.ts';

/**
 * Whether a person was authenticated in no way that the client asked for. RFC 9470 §5: it asked because a resource will have
 * no other token. For the id_token alone it is a wish (OIDC Core §3.1.2.1), unless it is an essential claim (§5.5.1.1).
 */
export function unmetAcr(
  {
    acrValues,
    isAcrEssential,
    access,
  }: Pick<AuthorizationRequest, 'acrValues' | 'isAcrEssential' | 'access'>,
  acr: string | undefined,
): RedirectRefusal | undefined {
  const asked = acrNames(acrValues);
  const isWish = access.resource === undefined && isAcrEssential !== true;
  if (asked.length === 0 || isWish) return undefined;
  if (acr !== undefined && asked.includes(acr)) return undefined;
  return redirected(
    'unmet_authentication_requirements',
    'acr_unmet',
    'the identity provider did not authenticate the person in a way that acr_values or claims asks for',
  );
}
