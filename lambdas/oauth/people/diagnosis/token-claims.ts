import type { Finding } from '../../../ports/diagnosis.ts';
import { namesAt } from '../profiles/claim-at.ts';
import { profileOf } from '../profiles/profile-of.ts';
import { error, found, warning } from './check.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';
import type { Members, ReadToken } from './read-token.ts';

/** What a token does not say of the person that the config looks for. */
export function claimFindings(idp: LookedAt, { claims }: ReadToken): readonly Finding[] {
  return found(
    stable(idp, claims, idp.subjectClaim ?? 'sub', 'subjectClaim'),
    idp.tenantClaim === undefined ? undefined : stable(idp, claims, idp.tenantClaim, 'tenantClaim'),
    tenant(idp, claims),
    idp.groupsClaim === undefined ? undefined : groups(idp, claims, idp.groupsClaim),
    thin(idp, claims),
  );
}

function stable(
  idp: LookedAt,
  claims: Members,
  claim: string,
  setting: 'subjectClaim' | 'tenantClaim',
): Finding | undefined {
  const value = claims[claim];
  if (typeof value === 'string' && value !== '') return undefined;
  const ofEntra = idp.profile === 'entra' && claim === 'oid';
  return error('claim_missing', {
    what: `The token has no claim ${claim}`,
    why:
      setting === 'subjectClaim'
        ? 'It is what a person is known by, and they cannot be known without it.'
        : 'It tells people of several tenants apart, of whom two may have one id.',
    fix: ofEntra
      ? 'Ask for the scope profile: without it Entra leaves oid out (identityProviders[].scopes).'
      : `Have it put into id_tokens at ${settingsOf[idp.profile].name}, or write another ${setting}: these are there: ${namesOf(claims)}`,
  });
}

function tenant({ tenantClaim, tenants }: LookedAt, claims: Members): Finding | undefined {
  if (tenantClaim === undefined || tenants === undefined) return undefined;
  const value = claims[tenantClaim];
  if (typeof value !== 'string' || tenants.includes(value)) return undefined;
  return error('tenant_not_allowed', {
    what: `The token is of a tenant that the config does not list (${tenantClaim})`,
    why: 'Only people of the listed tenants may sign in.',
    fix: 'If they should, add it to identityProviders[].tenants.',
  });
}

function groups(idp: LookedAt, claims: Members, claim: string): Finding | undefined {
  const told = profileOf(idp).groups(claims, claim);
  if (told.at === 'graph') {
    return warning('groups_overage', {
      what: 'The person is in more groups than fit into a token (_claim_names)',
      why: 'Entra leaves out all of them where there are more than 200. They are asked of Microsoft Graph then, which takes a permission.',
      fix: "Let only the groups that are assigned to the application be told (Token configuration › groups claim › Groups assigned to the application), or use app roles (groupsClaim: 'roles'), or grant User.Read of Microsoft Graph.",
    });
  }
  if (told.at === 'userinfo' || namesAt(claims, claim) === undefined) {
    // Who is in no group has no such claim there.
    const mayBeNone = told.at === 'claims';
    return warning('groups_missing', {
      what: `The token has no claim ${claim}${mayBeNone ? ': the person is in no group, or none is told' : ''}`,
      why: 'Roles are given by groups; without them people hold what everyone holds.',
      fix: `Have groups put into id_tokens: ${settingsOf[idp.profile].groups}. These claims are there: ${namesOf(claims)}`,
    });
  }
  return noRole(idp, claim, told.names);
}

const objectId = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function noRole(idp: LookedAt, claim: string, told: readonly unknown[]): Finding | undefined {
  const { groups: ofRoles = [] } = idp;
  if (ofRoles.length === 0 || told.some((group) => ofRoles.some((name) => name === group))) return undefined;
  const areIds = told.length > 0 && told.every((group) => objectId.test(String(group)));
  return warning('groups_without_role', {
    what: `None of the ${told.length} groups in ${claim} is one that a role of the config names`,
    why: 'The person holds what everyone holds, and no more.',
    fix:
      areIds && !ofRoles.some((name) => objectId.test(name))
        ? `The groups are told by their object ids, and the roles name them by their names: write the ids in roles[].groups (${ofRoles.slice(0, 5).join(', ')}), or use app roles (groupsClaim: 'roles').`
        : `Compare with roles[].groups: ${ofRoles.slice(0, 5).join(', ')}. Only people in one of these hold more.`,
  });
}

function thin(idp: LookedAt, claims: Members): Finding | undefined {
  const lacks = (scope: string, ...names: readonly string[]): boolean =>
    idp.scopes?.includes(scope) === true && names.every((name) => claims[name] === undefined);
  const missing = [
    ...(lacks('profile', 'name', 'preferred_username') ? ['name'] : []),
    ...(lacks('email', 'email') ? ['email'] : []),
  ];
  if (missing.length === 0) return undefined;
  return warning('thin_id_token', {
    what: `The token leaves out ${missing.join(' and ')}, though the scope was asked for`,
    why: 'The userinfo endpoint is asked at every sign-in then, which takes a moment longer and has to answer.',
    fix:
      idp.profile === 'okta'
        ? 'Nothing has to be done: Okta gives thin id_tokens along with an access token. A custom authorization server can put claims into it: Security › API › your server › Claims › Include in: ID Token, Always.'
        : `Have the claims put into id_tokens at ${settingsOf[idp.profile].name}, or leave it so.`,
  });
}

/** Names alone: what they say is the person's. */
function namesOf(claims: Members): string {
  const names = Object.keys(claims).filter((name) => /^[\x21-\x7E]{1,128}$/.test(name));
  return names.slice(0, 40).join(', ');
}
