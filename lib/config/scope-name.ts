import { show } from './problem.ts';

// RFC 6749 §3.3: the characters of a scope-token.
const scopeToken = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/;
const reserved = ['openid', 'profile', 'email', 'offline_access'];

/** What keeps a text from being a scope that a resource may define. */
export function scopeNameProblem(text: string): string | undefined {
  if (text === '*' || text.endsWith(':*')) return `${show(text)} is a wildcard; name each scope`;
  if (reserved.includes(text)) return `${show(text)} is reserved by OpenID Connect; choose another name`;
  if (scopeToken.test(text)) return undefined;
  return `${show(text)} is not a scope name; use up to 128 printable characters without spaces, " and \\`;
}
