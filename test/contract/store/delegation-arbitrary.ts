import fc from 'fast-check';
import type { Delegation } from '../../../lambdas/ports/registry.ts';

const text = <Kind extends string>(): fc.Arbitrary<Kind> =>
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((value) => value as Kind);
const few = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> => fc.array(value, { maxLength: 4 });

type ScopeName = Delegation['scopes'][number]['name'];

/** What an agent or a resource may do in the name of others. */
export const delegations: fc.Arbitrary<Delegation[]> = few(
  fc.record(
    {
      resource: text<Delegation['resource']>(),
      scopes: few(fc.record({ name: text<ScopeName>(), from: few(text<ScopeName>()) })),
      subjects: few(fc.constantFrom('person' as const, 'agent' as const, 'workload' as const)),
      mode: fc.constantFrom('delegation' as const, 'impersonation' as const),
      refresh: fc.constant(true as const),
    },
    { requiredKeys: ['resource', 'scopes', 'subjects', 'mode'] },
  ),
);
