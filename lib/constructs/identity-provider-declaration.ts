import type { ResourceConfig } from '../config/config.ts';
import type { IdentityProviderConfig, RoleConfig } from '../config/people-config.ts';

/** What the registrar is told of an identity provider, with the roles that its people can have. */
export function identityProviderDeclaration(
  idp: IdentityProviderConfig,
  roles: readonly RoleConfig[] | undefined,
  resources: readonly ResourceConfig[],
): object {
  const uris = new Map(resources.map(({ id, uri }) => [id, uri]));
  return {
    id: idp.id,
    name: idp.name ?? idp.id,
    ...(idp.profile !== undefined && { profile: idp.profile }),
    issuer: idp.issuer,
    client_id: idp.clientId,
    ...(idp.scopes && { scopes: idp.scopes }),
    domains: idp.domains ?? [],
    ...(idp.resources && { resources: idp.resources.map((id) => uris.get(id)) }),
    ...(idp.subjectClaim !== undefined && { subject_claim: idp.subjectClaim }),
    ...(idp.tenantClaim !== undefined && { tenant_claim: idp.tenantClaim }),
    ...(idp.tenants && { tenants: idp.tenants }),
    ...(idp.acr && { acr: idp.acr }),
    ...given({ groups_claim: idp.groupsClaim, on_logout: idp.onLogout }),
    ...(roles && { roles: roles.map((role) => roleOf(role, idp.id, uris)) }),
  };
}

function roleOf(role: RoleConfig, idp: string, uris: ReadonlyMap<string, string>): object {
  return {
    name: role.id,
    groups: role.groups === 'everyone' ? 'everyone' : (role.groups[idp] ?? []),
    scopes: Object.entries(role.scopes).map(([id, names]) => ({ resource: uris.get(id), names })),
  };
}

function given(members: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
