import * as v from 'valibot';
import { fields, flag, listOf, mapOf, oneOf, text, textThat } from './fields.ts';
import { scopeNameProblem } from './scope-name.ts';

const scopeName = textThat(scopeNameProblem);
const names = v.pipe(listOf(scopeName), distinct('a scope'));

const delegation = fields({
  scopes: v.lazy((input) => (Array.isArray(input) ? someNames : fromNames)),
  subjects: v.optional(
    v.pipe(
      listOf(oneOf(['person', 'agent', 'workload'])),
      v.minLength(1, 'names nobody; leave it out for people'),
      distinct('a kind'),
    ),
  ),
  impersonation: v.optional(flag()),
  refreshTokens: v.optional(flag()),
});

const someNames = v.pipe(names, v.minLength(1, noScope()));

const fromNames = v.pipe(
  mapOf(
    scopeName,
    v.pipe(names, v.minLength(1, 'names no scope; write those of which the token that was sent holds one')),
  ),
  v.check((scopes) => Object.keys(scopes).length > 0, noScope()),
);

/** What may be done in the name of others, by target. */
export const onBehalfOf = v.pipe(
  mapOf(text(), delegation),
  v.check(
    (targets) => Object.keys(targets).length > 0,
    "names no resource; leave it out for who acts in nobody's name",
  ),
);

function noScope(): string {
  return 'names no scope; write those of the target';
}

function distinct<Name extends string>(what: string) {
  return v.check<Name[], string>(
    (list) => new Set(list).size === list.length,
    `names ${what} twice; once will do`,
  );
}
