import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import type { UpstreamRegistrations } from '../../ports/enrolments.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';

/** Each provider's own way to register clients: the API of AWS where it is a user pool. */
export function registrationsAt({
  userPools,
  others,
}: Readonly<Record<'userPools' | 'others', UpstreamRegistrations>>): UpstreamRegistrations {
  const at = (idp: IdentityProvider): UpstreamRegistrations =>
    profileOf(idp).registration.kind === 'user_pool' ? userPools : others;
  return {
    prepare: (idp, called) => at(idp).prepare(idp, called),
    remove: (idp, client) => at(idp).remove(idp, client),
    rename: (idp, made, called) => at(idp).rename(idp, made, called),
    find: (idp, name) => at(idp).find(idp, name),
  };
}
