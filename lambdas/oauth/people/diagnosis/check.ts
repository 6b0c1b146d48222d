import type { Check, CheckSubject, Finding, Severity } from '../../../ports/diagnosis.ts';

/** A check that was made; `good`: what is said where it found nothing. */
export function check(subject: CheckSubject, good: string, findings: readonly Finding[]): Check {
  const [said = good] = findings.map(({ what }) => what);
  return { subject, outcome: worst(findings) ?? 'good', said, findings };
}

export function notChecked(subject: CheckSubject, why: string): Check {
  return { subject, outcome: 'not_checked', said: why, findings: [] };
}

/** Whether all is as it should be, as far as that was looked at. */
export function isSound(checks: readonly Check[]): boolean {
  return checks.every(({ outcome }) => outcome !== 'error');
}

/** Whether people can sign in, as far as that was looked at. */
export function canSignIn(checks: readonly Check[]): boolean {
  return isSound(checks.filter(({ subject }) => subject !== 'downstream_api'));
}

type Told = Pick<Finding, 'what' | 'why' | 'fix'>;

export function error(code: string, told: Told): Finding {
  return { code, severity: 'error', ...told };
}

export function warning(code: string, told: Told): Finding {
  return { code, severity: 'warning', ...told };
}

/** The findings of tests each of which may find something. */
export function found(...findings: readonly (Finding | undefined)[]): readonly Finding[] {
  return findings.filter((finding) => finding !== undefined);
}

function worst(findings: readonly Finding[]): Severity | undefined {
  if (findings.length === 0) return undefined;
  return findings.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
}
