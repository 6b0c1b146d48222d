import { longestTokenSeconds } from '../../ports/ends.ts';

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
