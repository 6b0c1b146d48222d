import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { PersonClaims } from './person.ts';
import { profileOf } from './profiles/profile-of.ts';

type StepUp = Pick<IdentityProvider, 'profile' | 'acr'>;

/** The single values of `acr_values`, in the order of preference. */
export function acrNames(acrValues: string | undefined): readonly string[] {
  return (acrValues ?? '').split(' ').filter((name) => name !== '');
}

/** What a client asked for, as the provider calls it; what the config has no name for there is left out. */
export function upstreamAcr(idp: StepUp, acrValues: string | undefined): readonly string[] {
  return acrNames(acrValues).flatMap((name) => theirs(idp, name) ?? []);
}

/**
 * How the person was authenticated, as we call it: of what was asked the first that was reached, and otherwise what the
 * provider says. Where the config gives names, none of the provider's own is passed for one of them.
 */
export function reachedAcr(
  idp: StepUp,
  acrValues: string | undefined,
  claims: PersonClaims,
): string | undefined {
  const { isReached } = profileOf(idp).stepUp;
  const asked = acrNames(acrValues).find((name) => {
    const value = theirs(idp, name);
    return value !== undefined && isReached(value, claims);
  });
  if (asked !== undefined) return asked;
  const { acr } = claims;
  if (idp.acr === undefined) return typeof acr === 'string' && isReached(acr, claims) ? acr : undefined;
  const reached = Object.entries(idp.acr).filter(([, value]) => isReached(value, claims));
  return (reached.find(([, value]) => value === acr) ?? reached[0])?.[0];
}

function theirs({ acr }: StepUp, name: string): string | undefined {
  if (acr === undefined) return name;
  return Object.hasOwn(acr, name) ? acr[name] : undefined;
}
