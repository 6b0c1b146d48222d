import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { PersonClaims } from './person.ts';
import { namesAt } from './profiles/claim-at.ts';

/**
 * The claims of an id_token with what the userinfo endpoint tells besides: what somebody is called, and their groups. Who
 * they are, of which tenant and session, and how they signed in is for the id_token to say, which is signed for this client
 * and this sign-in.
 */
export function toldByUserinfo(
  { groupsClaim }: Pick<IdentityProvider, 'groupsClaim'>,
  claims: PersonClaims,
  userinfo: PersonClaims,
): PersonClaims {
  return {
    ...only(userinfo, 'name', 'preferred_username'),
    ...claims,
    // Whether an address is verified is said of this address, and of none that is told elsewhere.
    ...(claims['email'] === undefined && only(userinfo, 'email', 'email_verified')),
    ...(groupsClaim !== undefined && groupsIn(groupsClaim, claims, userinfo)),
  };
}

function groupsIn(groupsClaim: string, claims: PersonClaims, userinfo: PersonClaims): PersonClaims {
  const names = namesAt(claims, groupsClaim) ?? namesAt(userinfo, groupsClaim);
  return names === undefined ? {} : { [groupsClaim]: names };
}

function only(claims: PersonClaims, ...names: readonly string[]): PersonClaims {
  return Object.fromEntries(
    names.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])),
  );
}
