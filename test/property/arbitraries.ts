import fc from 'fast-check';
import { isScopeName } from '../../lambdas/oauth/scope/scope.ts';

/** One of the characters of a text. */
export function oneOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...Array.from(characters));
}

/** Runs of each property, unless it says otherwise. */
export const runs = { numRuns: 1_000 } as const;

export const scopeName = fc
  .string({ unit: oneOf('abAB01:._-!~'), minLength: 1, maxLength: 4 })
  .filter(isScopeName);

/** Text that is likely to be taken for something by a parser. */
export const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: oneOf('%=&+;#?/\\:@[]<>"\' \t\r\n\0éa2'), maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', 'null', 'undefined', '%00', '../..', '{}', '[]', '%', '%c3%28'),
);

export const method = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('GET', 'POST') },
  { weight: 2, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE') },
  { weight: 1, arbitrary: hostile },
);
