import * as v from 'valibot';
import type { VestibuleConfig } from './config.ts';
import { fields, oneOf } from './fields.ts';

const modes = ['kms', 'envelope'] as const;

/** How a deployment signs, every default filled in. */
export interface Signing {
  readonly mode: (typeof modes)[number];
  readonly algorithm: 'RS256' | 'ES256';
}

export function signingOf({ signing = 'kms' }: Pick<VestibuleConfig, 'signing'>): Signing {
  return typeof signing === 'string'
    ? { mode: signing, algorithm: 'RS256' }
    : { algorithm: 'RS256', ...signing };
}

const detailed = v.pipe(
  fields({ mode: oneOf(modes), algorithm: v.optional(oneOf(['RS256', 'ES256'])) }),
  v.forward(
    v.check(
      ({ mode, algorithm }) => mode === 'envelope' || algorithm !== 'ES256',
      "'ES256' costs five times as much in mode 'kms'; write mode: 'envelope', or algorithm: 'RS256'",
    ),
    ['algorithm'],
  ),
);

/** The short form and the long one, so that a wrong field is told apart from a wrong mode. */
export const signing: v.GenericSchema = v.lazy((input) =>
  typeof input === 'object' && input !== null ? detailed : oneOf(modes),
);
