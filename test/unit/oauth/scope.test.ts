import { describe, expect, it } from 'vitest';
import {
  beyond,
  formatScope,
  intersection,
  isResourceScope,
  isScopeName,
  parseScope,
  union,
} from '../../../lambdas/oauth/scope/scope.ts';
import { scopes } from './mothers.ts';

describe('a scope name', () => {
  it.each(['tools:read', 'a', '!', 'https://example.com/scope', "it's", '~'.repeat(128)])(
    'may be %s',
    (name) => {
      expect(isScopeName(name)).toBe(true);
    },
  );

  it.each(['', ' ', 'a b', 'a"b', 'a\\b', 'é', 'a\tb', 'a\u007f', '~'.repeat(129)])(
    'may not be %j',
    (name) => {
      expect(isScopeName(name)).toBe(false);
    },
  );
});

describe('a scope of a resource', () => {
  it.each(['*', 'tools:*', 'openid', 'offline_access', 'a b'])('is never %s', (name) => {
    expect(isResourceScope(name)).toBe(false);
  });

  it.each(['tools:read', 'tools.*', '*:read'])('may be %s', (name) => {
    expect(isResourceScope(name)).toBe(true);
  });
});

describe('a scope parameter', () => {
  it('is read in the order asked, each name once', () => {
    expect(parseScope('b a b')).toEqual({ ok: true, value: ['b', 'a'] });
  });

  it.each(['a  b', ' a', 'a ', 'a\nb', 'a "b"'])('is refused where it is malformed: %j', (text) => {
    expect(parseScope(text)).toEqual({ ok: false, refusal: { reason: 'scope_malformed' } });
  });

  it('is written as it was read', () => {
    expect(formatScope(scopes('b', 'a'))).toBe('b a');
  });
});

describe('the scope algebra', () => {
  it('joins, shares and finds what lies beyond', () => {
    expect(union(scopes('a', 'b'), scopes('b', 'c'))).toEqual(['a', 'b', 'c']);
    expect(intersection(scopes('c', 'a', 'b'), scopes('a', 'c'))).toEqual(['c', 'a']);
    expect(beyond(scopes('a', 'b', 'c'), scopes('b'))).toEqual(['a', 'c']);
  });
});
