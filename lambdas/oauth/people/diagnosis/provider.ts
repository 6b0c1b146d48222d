import type { IdentityProvider, ProfileName, ProofByKey } from '../../../ports/identity-providers.ts';
import { profileOf, recognizedProfile } from '../profiles/profile-of.ts';

type Declared = Pick<
  IdentityProvider,
  'clientId' | 'scopes' | 'subjectClaim' | 'tenantClaim' | 'tenants' | 'groupsClaim'
>;

/** How the deployment proves itself, as far as the provider sees it. */
export type ProofSeen = { readonly method: 'client_secret' } | Omit<ProofByKey, 'keys'>;

/** What is known of a provider that is looked at; of one that is not registered, its issuer and what it seems to be. */
export interface LookedAt extends Partial<Declared> {
  /** Ours for it. */
  readonly id?: string;
  readonly clientProof?: ProofSeen;
  readonly dpop?: boolean;
  readonly issuer: string;
  readonly profile: ProfileName;
  /** Our redirect URI there. */
  readonly callback?: string;
  /** By which the config gives roles. */
  readonly groups?: readonly string[];
}

/** One of the deployment. */
export function lookedAt(
  idp: Declared & Pick<IdentityProvider, 'id' | 'clientProof' | 'dpop' | 'issuer' | 'profile' | 'roles'>,
  callback: string,
): LookedAt {
  const { id, clientProof, dpop, issuer, profile, clientId, scopes, subjectClaim } = idp;
  const { tenantClaim, tenants, groupsClaim } = idp;
  return {
    ...{ id, clientProof, dpop, issuer, profile, clientId, scopes, subjectClaim, callback },
    ...(tenantClaim !== undefined && { tenantClaim }),
    ...(tenants !== undefined && { tenants }),
    ...(groupsClaim !== undefined && { groupsClaim }),
    groups: (idp.roles ?? []).flatMap(({ groups }) => (groups === 'everyone' ? [] : groups)),
  };
}

/** One that the deployment does not know, as the config would have it that says nothing but its issuer. */
export function stranger(issuer: string): LookedAt {
  const profile = recognizedProfile(issuer);
  return { issuer, profile, ...profileOf({ profile }).defaults(issuer) };
}
