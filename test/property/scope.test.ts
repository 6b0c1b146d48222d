import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { grantedScope } from '../../lambdas/oauth/scope/granted-scope.ts';
import {
  beyond,
  formatScope,
  intersection,
  isScopeName,
  parseScope,
  union,
} from '../../lambdas/oauth/scope/scope.ts';
import { aResource, uri } from '../unit/oauth/mothers.ts';
import { hostile, runs, scopeName } from './arbitraries.ts';

const scope = fc.uniqueArray(scopeName, { maxLength: 6 });
const sorted = (names: readonly string[]) => [...names].sort();

describe('the scope algebra', () => {
  it('joins in any order to the same set, and with itself to itself', () => {
    fc.assert(
      fc.property(scope, scope, scope, (a, b, c) => {
        expect(sorted(union(a, b))).toEqual(sorted(union(b, a)));
        expect(union(union(a, b), c)).toEqual(union(a, union(b, c)));
        expect(union(a, a)).toEqual(a);
        expect(union(a, [])).toEqual(a);
      }),
      runs,
    );
  });

  it('shares in any order the same set, which lies within both', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => {
        const shared = intersection(a, b);
        expect(sorted(shared)).toEqual(sorted(intersection(b, a)));
        expect(beyond(shared, a)).toEqual([]);
        expect(beyond(shared, b)).toEqual([]);
      }),
      runs,
    );
  });

  it('splits a set into what is shared and what lies beyond', () => {
    fc.assert(
      fc.property(scope, scope, (a, b) => {
        expect(sorted([...intersection(a, b), ...beyond(a, b)])).toEqual(sorted(a));
      }),
      runs,
    );
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(
        scope.filter(({ length }) => length > 0),
        (a) => {
          expect(parseScope(formatScope(a))).toEqual({ ok: true, value: a });
        },
      ),
      runs,
    );
  });

  it('reads only scope-tokens from any text, each once', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const read = parseScope(text);
        if (!read.ok) return;
        expect(read.value.every(isScopeName)).toBe(true);
        expect(new Set(read.value).size).toBe(read.value.length);
      }),
      runs,
    );
  });
});

describe('a granted scope', () => {
  it('is never empty and never beyond the catalogue, what the resource defines, or what was asked', () => {
    fc.assert(
      fc.property(
        scope,
        scope,
        scope,
        fc.option(scope, { nil: undefined }),
        (required, optional, defined, asked) => {
          const resource = aResource({ scopes: defined.map((name) => ({ name, description: name })) });
          const text = asked === undefined || asked.length === 0 ? undefined : formatScope(asked);
          const granted = grantedScope(
            text,
            { resource: uri('https://a.example'), required, optional },
            resource,
          );
          if (!granted.ok) return;
          expect(granted.value.length).toBeGreaterThan(0);
          expect(beyond(granted.value, union(required, optional))).toEqual([]);
          expect(beyond(granted.value, defined)).toEqual([]);
          expect(beyond(granted.value, text === undefined ? required : (asked ?? []))).toEqual([]);
        },
      ),
      runs,
    );
  });
});
