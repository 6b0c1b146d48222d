import type { Resource, ScopeCatalogue } from '../../ports/registry.ts';
import type { ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { beyond, intersection, parseScope, union } from './scope.ts';

/**
 * What an agent gets of a resource. Nothing beyond its catalogue and nothing that the resource no longer defines; a
 * machine that asks for more is refused, because no person is there to notice that it got less.
 */
export function grantedScope(
  asked: string | undefined,
  { required, optional }: ScopeCatalogue,
  resource: Resource,
): Result<readonly ScopeName[], GrantRefusal> {
  const defined = resource.scopes.map(({ name }) => name);
  const available = intersection(union(required, optional), defined);
  if (asked === undefined) {
    // RFC 6749 §3.3: a request without scope gets the default, which is what the agent requires (RS-6).
    const byDefault = intersection(required, defined);
    return byDefault.length === 0 ? refuse({ reason: 'scope_empty', available }) : ok(byDefault);
  }
  const scope = parseScope(asked);
  if (!scope.ok) return scope;
  return beyond(scope.value, available).length === 0
    ? scope
    : refuse({ reason: 'scope_not_available', available });
}
