import { canSignIn, isSound } from '../../../lambdas/oauth/people/diagnosis/check.ts';
import { settingsOf } from '../../../lambdas/oauth/people/diagnosis/settings.ts';
import type { Check, CheckSubject, Diagnosis, Finding } from '../../../lambdas/ports/diagnosis.ts';
import type { ProfileName } from '../../../lambdas/ports/identity-providers.ts';
import type { Said } from '../command.ts';

const marks = { good: '✓', warning: '!', error: '✗', not_checked: '-' } as const;

const subjects: Readonly<Record<CheckSubject, string>> = {
  discovery: 'discovery',
  keys: 'keys',
  clock: 'clock',
  authorization_endpoint: 'authorization',
  token_endpoint: 'token endpoint',
  downstream_api: 'API',
  token: 'token',
  sign_in: 'sign-in',
};

const width = Math.max(...Object.values(subjects).map(({ length }) => length));
const indent = ' '.repeat(width + 4);

/** A diagnosis in words, and for machines. */
export function reported(named: string, { issuer, profile, checks }: Diagnosis): Said {
  const sound = isSound(checks);
  const provider = profile === 'generic' ? '' : `, ${settingsOf[profile as ProfileName].name}`;
  const title = named === issuer ? issuer : `${named} (${issuer})`;
  const text = [`${title}${provider}`, '', ...checks.map(lineOf), '', verdict(sound, checks)].join('\n');
  const json = { id: named === issuer ? undefined : named, issuer, profile, sound, checks };
  return { text, json, ...(!sound && { failed: true }) };
}

function lineOf({ subject, of, outcome, said, findings }: Check): string {
  const name = of === undefined ? subjects[subject] : `${subjects[subject]} ${of}`;
  const head = (mark: string, text: string): string => `${mark} ${name.padEnd(width)}  ${text}`;
  if (findings.length === 0) return head(marks[outcome], said);
  return findings
    .map((finding) => `${head(marks[finding.severity], finding.what)}\n${advice(finding)}`)
    .join('\n');
}

function advice({ code, why, fix }: Finding): string {
  return [why, `Fix: ${fix}`, `(${code})`].map((line) => `${indent}${line}`).join('\n');
}

function verdict(sound: boolean, checks: readonly Check[]): string {
  if (!canSignIn(checks)) return 'People cannot sign in like this. Mend what is marked ✗ and run this again.';
  if (!sound) {
    return 'People can sign in; nobody gets tokens of the APIs that are marked ✗. Mend them and run this again.';
  }
  return checks.some(({ outcome }) => outcome === 'warning')
    ? 'People can sign in; what is marked ! is worth a look.'
    : 'Nothing is wrong.';
}
