import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { Person } from '../../ports/people.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { PersonId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GroupsAt } from './profiles/profile.ts';
import { profileOf } from './profiles/profile-of.ts';

/** Claims of one person, of a verified id_token, or of the userinfo endpoint with the same `sub`. */
export type PersonClaims = Readonly<Record<string, unknown>>;

/** Which claim is not what the config says of the identity provider. For the audit trail. */
export interface UnknownPerson {
  readonly claim: string;
  readonly problem: 'missing' | 'not_text' | 'not_trusted';
}

type Naming = Pick<
  IdentityProvider,
  'id' | 'profile' | 'issuer' | 'subjectClaim' | 'tenantClaim' | 'tenants' | 'groupsClaim' | 'roles'
>;

/** The longest id that is taken; what is longer is no name. Characters. */
const longestId = 1_024;

/** Who it is that signed in. What they are called and their address are shown to people, and name nobody. */
export function personOf(idp: Naming, claims: PersonClaims): Result<Person, UnknownPerson> {
  const subject = stableText(claims, idp.subjectClaim);
  if (!subject.ok) return subject;
  const tenant = idp.tenantClaim === undefined ? ok('') : stableText(claims, idp.tenantClaim);
  if (!tenant.ok) return tenant;
  // The token's own: one tenant's people stay who they are, by whichever issuer of it the config knows them.
  const issuer = profileOf(idp).issuers.ofToken(idp, claims);
  const isTrusted = idp.tenants?.includes(tenant.value) ?? true;
  if (issuer === undefined || !isTrusted) {
    return refuse({ claim: idp.tenantClaim ?? 'iss', problem: 'not_trusted' });
  }
  return ok({
    id: personId(issuer, tenant.value, subject.value),
    idp: idp.id,
    ...shownAs(claims),
    groups: groupsOf(idp, claims) ?? [],
  });
}

/** NUL stands in none of the three, so no two persons share an id (OpenID Connect Core §2: `sub` is unique within one issuer). */
function personId(issuer: string, tenant: string, subject: string): PersonId {
  return `person.${sha256(`${issuer}\0${tenant}\0${subject}`)}` as PersonId;
}

/**
 * Those of the groups that these claims tell of by which the config gives a role; undefined where they do not tell. The
 * others are nothing to us, however many a provider has: they are neither kept nor passed on.
 */
export function groupsOf(
  idp: Pick<Naming, 'profile' | 'groupsClaim' | 'roles'>,
  claims: PersonClaims,
): readonly string[] | undefined {
  const told = groupsAt(idp, claims);
  if (told?.at !== 'claims') return undefined;
  const theirs = new Set(told.names);
  const ofRoles = (idp.roles ?? []).flatMap(({ groups }) => (groups === 'everyone' ? [] : groups));
  return [...new Set(ofRoles)].filter((group) => theirs.has(group));
}

/** Where the groups of a person are told; undefined where the config does not ask for groups. */
export function groupsAt(
  { profile, groupsClaim }: Pick<Naming, 'profile' | 'groupsClaim'>,
  claims: PersonClaims,
): GroupsAt | undefined {
  return groupsClaim === undefined ? undefined : profileOf({ profile }).groups(claims, groupsClaim);
}

function stableText(claims: PersonClaims, claim: string): Result<string, UnknownPerson> {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (value === undefined || value === null) return refuse({ claim, problem: 'missing' });
  const isStable =
    typeof value === 'string' && value !== '' && value.length <= longestId && !/\p{Cc}|\p{Cs}/u.test(value);
  return isStable ? ok(value) : refuse({ claim, problem: 'not_text' });
}

function shownAs(claims: PersonClaims): Omit<Person, 'id' | 'idp' | 'groups'> {
  const name = shown(claims['name']);
  const preferredUsername = shown(claims['preferred_username']);
  const email = shown(claims['email']);
  const verified = claims['email_verified'];
  return {
    ...(name !== undefined && { name }),
    ...(preferredUsername !== undefined && { preferredUsername }),
    ...(email !== undefined && { email }),
    ...(email !== undefined && typeof verified === 'boolean' && { emailVerified: verified }),
  };
}

function shown(value: unknown): string | undefined {
  const isShown =
    typeof value === 'string' && value.trim() !== '' && value.length <= 256 && !/\p{Cc}|\p{Cs}/u.test(value);
  return isShown ? value : undefined;
}
