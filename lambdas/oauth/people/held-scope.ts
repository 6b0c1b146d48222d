import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';

/** What a person may let an agent do at one resource. */
export interface HeldScope {
  /** The names of their roles, at whatever resource, for the `roles` claim. */
  readonly roles: readonly string[];
  /** `all`: every scope that the resource defines, where the config has no roles. */
  readonly scope: 'all' | readonly ScopeName[];
}

/** What somebody with these groups holds. Without a resource there is nothing to hold but the roles. */
export function heldScope(
  idp: Pick<IdentityProvider, 'roles'>,
  groups: readonly string[],
  resource: ResourceUri | undefined,
): HeldScope {
  if (idp.roles === undefined) return { roles: [], scope: 'all' };
  const held = idp.roles.filter(
    (role) => role.groups === 'everyone' || role.groups.some((group) => groups.includes(group)),
  );
  const names = held.flatMap(({ scopes }) =>
    scopes.filter((granted) => granted.resource === resource).flatMap((granted) => granted.names),
  );
  return { roles: held.map(({ name }) => name), scope: [...new Set(names)] };
}

/** What the roles of those names give now, which somebody had when they signed in. */
export function heldByRoles(
  { roles }: Pick<IdentityProvider, 'roles'>,
  names: readonly string[],
  resource: ResourceUri | undefined,
): HeldScope {
  const still = roles?.filter(({ name }) => names.includes(name));
  return heldScope(
    still === undefined ? {} : { roles: still.map((role) => ({ ...role, groups: 'everyone' })) },
    [],
    resource,
  );
}

/** What of these scopes the person holds. */
export function amongHeld(held: HeldScope, scope: readonly ScopeName[]): readonly ScopeName[] {
  return held.scope === 'all' ? scope : scope.filter((name) => held.scope.includes(name));
}
