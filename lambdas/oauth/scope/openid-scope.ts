import type { ScopeName } from '../../runtime/identifiers.ts';

const openIdScopes: ReadonlySet<string> = new Set(['openid', 'profile', 'email', 'offline_access']);

/** Whether a scope is one of OpenID Connect, about the person and not about a resource (OIDC Core §5.4, §11). */
export function isOpenIdScope(name: ScopeName): boolean {
  return openIdScopes.has(name);
}
