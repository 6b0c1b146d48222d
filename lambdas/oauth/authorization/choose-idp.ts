import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { IdpId, ResourceUri } from '../../runtime/identifiers.ts';

/** What tells where a person signs in. */
export interface IdpClues {
  readonly resource: ResourceUri | undefined;
  readonly loginHint?: string | undefined;
  /** Of the person who signed in last at this browser; absent where the person is to choose anew. */
  readonly session?: IdpId | undefined;
  /** What the person chose. */
  readonly chosen?: IdpId | undefined;
}

/** The identity providers that are left to choose from: none, the one, or several. */
export function chooseIdp(all: readonly IdentityProvider[], clues: IdpClues): readonly IdentityProvider[] {
  const open = all.filter((idp) => idp.state === 'active' && serves(idp, clues.resource));
  const { chosen, session } = clues;
  if (chosen !== undefined) return open.filter(({ id }) => id === chosen);
  const domain = domainOf(clues.loginHint);
  const hinted = domain === undefined ? [] : open.filter(({ domains }) => domains.includes(domain));
  const known = open.filter(({ id }) => id === session);
  return [hinted, known].find(({ length }) => length === 1) ?? open;
}

function serves({ resources }: IdentityProvider, resource: ResourceUri | undefined): boolean {
  return resources === undefined || (resource !== undefined && resources.includes(resource));
}

/** Of an e-mail address, which is a hint and names nobody. */
function domainOf(hint: string | undefined): string | undefined {
  const at = hint?.lastIndexOf('@') ?? -1;
  return at < 0 ? undefined : hint?.slice(at + 1).toLowerCase();
}
