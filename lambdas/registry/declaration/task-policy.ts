import * as v from 'valibot';
import { isSecretPattern } from '../../oauth/workload/secret-pattern.ts';
import type { TaskPolicy } from '../../ports/registry.ts';
import { isDistinct, list } from './fields.ts';

/** A year. */
const longestHours = 8_760;

const secretPattern = v.pipe(
  v.string('must be text'),
  v.check(
    isSecretPattern,
    'must be the ARN of a secret, or begin as one and end with "*": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:agents/*"',
  ),
);

/** The member `tasks` of an agent. */
export const tasksMember: v.GenericSchema<unknown, TaskPolicy> = v.pipe(
  v.strictObject(
    {
      maximum_hours: v.pipe(
        v.number('must be a number of hours'),
        v.check(
          (hours) => Number.isInteger(hours) && hours >= 1 && hours <= longestHours,
          `must be a whole number of hours from 1 to ${longestHours}`,
        ),
      ),
      extension: v.exactOptional(v.boolean('must be true or false')),
      secrets: v.exactOptional(
        v.pipe(
          list(secretPattern, 20),
          v.minLength(1, 'must not be empty; leave it out for an agent whose tokens go into no secret'),
          v.check((patterns) => isDistinct(patterns), 'names a secret twice; once will do'),
        ),
      ),
    },
    'must be { maximum_hours, extension, secrets }',
  ),
  v.transform(({ maximum_hours: maximumHours, extension, secrets }) => ({
    maximumHours,
    ...(extension === true && { extension }),
    ...(secrets && { secrets }),
  })),
);
