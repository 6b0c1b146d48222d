import fc from 'fast-check';
import type { TaskPolicy } from '../../../lambdas/ports/registry.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

/** What an agent may do by tasks. */
export const tasks: fc.Arbitrary<TaskPolicy> = fc.record(
  {
    maximumHours: fc.nat(8_760),
    extension: fc.constant(true as const),
    secrets: fc.array(text, { maxLength: 4 }),
  },
  { requiredKeys: ['maximumHours'] },
);
