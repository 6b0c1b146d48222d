import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { styleSheet } from './style.ts';

/** What a company may say of the look of its pages. */
export interface Branding {
  /** The company's, as people know it. */
  readonly name?: string;
  /** `#rrggbb`, dark enough for white text on it. */
  readonly accent?: string;
}

/** The look of every page of one deployment. */
export interface Look {
  readonly company?: string;
  readonly styleSheet: string;
  /** By which the policy of a page knows its one style. */
  readonly styleDigest: string;
}

/** Where the config names none: on it white text has a contrast of 7.1. */
const accent = '#1d4f9e';

/** Reads the variable that the deployment is given; throws at init for one that nobody of ours wrote. */
export function readLook(variable: string): Look {
  return lookOf(v.parse(branding, JSON.parse(variable)));
}

const branding = v.object({ name: v.exactOptional(v.string()), accent: v.exactOptional(v.string()) });

export function lookOf(branding: Branding = {}): Look {
  const sheet = styleSheet(branding.accent ?? accent);
  return {
    ...(branding.name !== undefined && { company: branding.name }),
    styleSheet: sheet,
    styleDigest: createHash('sha256').update(sheet).digest('base64'),
  };
}
