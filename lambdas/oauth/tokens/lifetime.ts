import { longestTokenSeconds } from '../../ports/ends.ts';
import type { FamilyLife } from '../grants/family.ts';

/**
 * The life of access tokens in seconds, from the deployment's minutes. Throws at init where synth and run time
 * disagree: shorter lives make clients refresh all the time, longer ones outlive a decision to stop (AS-32).
 */
export function lifetimeSeconds(minutes: string): number {
  const value = Number(minutes);
  if (!Number.isInteger(value) || value < 5 || value * 60 > longestTokenSeconds) {
    throw new Error(`access tokens must live 5 to 60 minutes, not ${minutes}`);
  }
  return value * 60;
}

/** The life of refresh families in seconds, from the deployment's `<idle days>/<absolute days>`. Throws at init. */
export function familyLife(days: string): FamilyLife {
  const [idle = NaN, absolute = NaN] = days.split('/').map(Number);
  if (!Number.isInteger(idle) || !Number.isInteger(absolute) || idle < 1 || absolute < idle) {
    throw new Error(`refresh tokens must live whole days, idle ones no longer than all, not ${days}`);
  }
  return { idle: idle * day, absolute: absolute * day };
}

const day = 86_400;
