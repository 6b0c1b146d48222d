import type { ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

export interface ScopeMalformed {
  readonly reason: 'scope_malformed';
}

const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/;

/** Scopes that mean something to every client and so can never be one resource's own. */
const reserved = new Set(['openid', 'profile', 'email', 'offline_access']);

/** Whether `text` is a scope-token (RFC 6749 §3.3) of at most 128 characters. */
export function isScopeName(text: string): text is ScopeName {
  return scopeToken.test(text);
}

/** Whether a resource may define the scope: no wildcard, which would grant what nobody named, and no reserved name. */
export function isResourceScope(text: string): text is ScopeName {
  return isScopeName(text) && text !== '*' && !text.endsWith(':*') && !reserved.has(text);
}

/** Reads a `scope` parameter into its distinct names, in the order asked. */
export function parseScope(text: string): Result<readonly ScopeName[], ScopeMalformed> {
  // RFC 6749 §3.3: scope = scope-token *( SP scope-token ), so two spaces in a row are malformed.
  const tokens = text.split(' ');
  return tokens.every(isScopeName) ? ok(distinct(tokens)) : refuse({ reason: 'scope_malformed' });
}

/** The wire form, the inverse of `parseScope`. */
export function formatScope(scope: readonly ScopeName[]): string {
  return scope.join(' ');
}

/** Everything of `one` and then what `other` adds. */
export function union(one: readonly ScopeName[], other: readonly ScopeName[]): readonly ScopeName[] {
  return distinct([...one, ...other]);
}

/** What `scope` and `limit` share, in the order of `scope`. */
export function intersection(scope: readonly ScopeName[], limit: readonly ScopeName[]): readonly ScopeName[] {
  return distinct(scope.filter((name) => limit.includes(name)));
}

/** What of `scope` lies beyond `limit`; empty when `scope` is a subset of it. */
export function beyond(scope: readonly ScopeName[], limit: readonly ScopeName[]): readonly ScopeName[] {
  return distinct(scope.filter((name) => !limit.includes(name)));
}

function distinct(names: readonly ScopeName[]): readonly ScopeName[] {
  return [...new Set(names)];
}
