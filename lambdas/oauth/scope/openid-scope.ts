import type { ScopeName } from '../../runtime/identifiers.ts';

/** Those that clients may ask for beside the scopes of a resource. */
export const openIdScopes: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

/** Whether a scope is one of OpenID Connect, about the person and not about a resource (OIDC Core §5.4, §11). */
export function isOpenIdScope(name: ScopeName): boolean {
  return openIdScopes.includes(name);
}
