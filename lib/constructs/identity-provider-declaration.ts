import type { ResourceConfig } from '../config/config.ts';
import {
  type IdentityProviderConfig,
  keyAuthenticationOf,
  type RoleConfig,
} from '../config/people-config.ts';
import type { ProviderKeys } from './provider-keys.ts';

/** What the registrar is told of an identity provider, with the roles that its people can have. */
export function identityProviderDeclaration(
  idp: IdentityProviderConfig,
  roles: readonly RoleConfig[] | undefined,
  resources: readonly Pick<ResourceConfig, 'id' | 'uri'>[],
  keys: ProviderKeys | undefined,
): object {
  const uris = new Map(resources.map(({ id, uri }) => [id, uri]));
  return {
    id: idp.id,
    name: idp.name ?? idp.id,
    ...(idp.profile !== undefined && { profile: idp.profile }),
    issuer: idp.issuer,
    client_id: idp.clientId,
    ...(keys && { private_key_jwt: proofOf(idp, keys) }),
    ...(idp.scopes && { scopes: idp.scopes }),
    domains: idp.domains ?? [],
    ...(idp.resources && { resources: idp.resources.map((id) => uris.get(id)) }),
    ...(idp.subjectClaim !== undefined && { subject_claim: idp.subjectClaim }),
    ...(idp.tenantClaim !== undefined && { tenant_claim: idp.tenantClaim }),
    ...(idp.tenants && { tenants: idp.tenants }),
    ...(idp.acr && { acr: idp.acr }),
    ...given({ groups_claim: idp.groupsClaim, on_logout: idp.onLogout, dpop: idp.dpop }),
    ...(roles && { roles: roles.map((role) => roleOf(role, idp.id, uris)) }),
  };
}

function proofOf(idp: IdentityProviderConfig, { keys }: ProviderKeys): object {
  const { alg, audience, certificate } = keyAuthenticationOf(idp) ?? {};
  return {
    ...given({ alg, audience, certificate }),
    keys: keys.map(({ id, keyArn }) => ({ id, key_arn: keyArn })),
  };
}

function roleOf(role: RoleConfig, idp: string, uris: ReadonlyMap<string, string>): object {
  return {
    name: role.id,
    groups: role.groups === 'everyone' ? 'everyone' : (role.groups[idp] ?? []),
    scopes: Object.entries(role.scopes).map(([id, names]) => ({ resource: uris.get(id), names })),
  };
}

function given(members: Readonly<Record<string, string | boolean | undefined>>): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
