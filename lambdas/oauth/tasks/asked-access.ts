import type { TaskAccess } from '../../ports/tasks.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { chooseTarget } from '../resource/target.ts';
import { beyond, intersection, parseScope } from '../scope/scope.ts';
import { taskRefused } from './refusal.ts';

/** What a task can have at one resource: unasked, and at most. */
export interface Obtainable {
  readonly resource: ResourceUri;
  readonly unasked: readonly ScopeName[];
  readonly most: readonly ScopeName[];
}

/** Of a task, at most. */
export const mostResources = 10;

/** The entries that a request names, each once; where it names none, the only one there is. */
export function namedEntries<One extends { readonly resource: ResourceUri }>(
  entries: readonly One[],
  named: readonly string[],
): Result<readonly One[], GrantRefusal> {
  if (named.length === 0) {
    const only = chooseTarget(entries, []);
    return only.ok ? ok([only.value]) : only;
  }
  if (named.length > mostResources) return taskRefused('too_many_resources');
  const chosen = new Set<One>();
  for (const name of named) {
    const entry = chooseTarget(entries, [name]);
    if (!entry.ok) return entry;
    chosen.add(entry.value);
  }
  return ok([...chosen]);
}

/**
 * What a task gets at its resources. RFC 8707 §2.2: a scope is for each of them, as far as it is one there. A machine that asks for more
 * than there is at any is refused, because no person is there to notice that it got less.
 */
export function askedAccess(
  entries: readonly Obtainable[],
  asked: string | undefined,
): Result<readonly TaskAccess[], GrantRefusal> {
  const wanted = asked === undefined ? undefined : parseScope(asked);
  if (wanted?.ok === false) return wanted;
  const available = entries.flatMap(({ most }) => most);
  if (wanted !== undefined && beyond(wanted.value, available).length > 0) {
    return refuse({ reason: 'scope_not_available', available: [...new Set(available)] });
  }
  const access: TaskAccess[] = [];
  for (const { resource, unasked, most } of entries) {
    const scope = wanted === undefined ? unasked : intersection(wanted.value, most);
    if (scope.length === 0) {
      return wanted === undefined
        ? refuse({ reason: 'scope_empty', available: most })
        : taskRefused('resource_without_scope', resource);
    }
    access.push({ resource, scope });
  }
  return ok(access);
}
