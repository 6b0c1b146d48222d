import * as v from 'valibot';
import { rule } from './egress-rule.ts';
import { printable } from './egress-text.ts';
import { isDistinct, list, scopeName } from './fields.ts';

/** The rules of a scope stand in each token for it, and a token in a header. Bytes of their JSON. */
const largestRules = 3_000;

const scope = v.strictObject(
  {
    name: scopeName,
    upstream: v.exactOptional(
      v.pipe(
        list(printable, 50),
        v.check((all) => isDistinct(all), 'must not name a scope of the provider twice'),
      ),
      [],
    ),
    rules: v.pipe(
      list(rule, 50),
      v.minLength(1, 'must hold at least one rule, because a scope without rules allows nothing'),
      v.check(
        (rules) => Buffer.byteLength(JSON.stringify(rules)) <= largestRules,
        `must not be longer than ${largestRules} bytes, for tokens carry them; make two scopes of it`,
      ),
    ),
  },
  'must be { name, upstream, rules }',
);

export const scopes = v.pipe(
  list(scope, 100),
  v.minLength(1, 'must name at least one scope, because a token without scope allows nothing'),
  v.check((all) => isDistinct(all.map(({ name }) => name)), 'must not name a scope twice'),
);
