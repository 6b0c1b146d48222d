import { expect, it } from 'vitest';
import { prefersJson, prefersSigned } from '../../../lambdas/http/accept.ts';

it.each([
  ['application/json', true],
  ['Application/JSON, */*', true],
  ['text/html;q=0.5, application/json;q=0.9', true],
  ['application/json;q=0.5, text/html', false],
  ['application/json, text/html', false],
  ['text/html,application/xhtml+xml,*/*;q=0.8', false],
  ['*/*', false],
  ['application/jsonp', false],
  ['application/json;q=bad', true],
  ['application/json;q=0', false],
  ['application/json;q=..', false],
  ['', false],
  [undefined, false],
])('somebody who accepts %s prefers JSON: %s', (accept, expected) => {
  expect(prefersJson(accept)).toBe(expected);
});

it.each([
  ['application/token-introspection+jwt', true],
  ['application/json, Application/Token-Introspection+JWT', true],
  ['application/token-introspection+jwt;q=0.4, application/json;q=0.5', false],
  ['application/token-introspection+jwt;q=0', false],
  ['application/jwt', false],
  ['*/*', false],
  [undefined, false],
])('a server that accepts %s wants a signed introspection: %s', (accept, expected) => {
  expect(prefersSigned(accept)).toBe(expected);
});
