import { beforeAll, describe, expect } from 'vitest';
import { accountCrashes } from '../../contract/crashes/connected-accounts.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();
let cells: Awaited<ReturnType<typeof accountCrashes>>;
beforeAll(async () => {
  cells = await accountCrashes(company);
}, 300_000);

const ofFlow = (name: string) => cells.filter(({ flow }) => flow === name);

describe('an account at a third party, whatever call of AWS its function ends at', () => {
  verifies('vestibule:renewal-answer-lost', 'goes on, or its person is told', () => {
    const renewals = ofFlow('an account is renewed ahead');
    expect(renewals.filter(({ isRight }) => !isRight)).toEqual([]);
    expect(renewals.length).toBeGreaterThan(6);
    expect(renewals.some(({ outcome }) => outcome === 'goes on')).toBe(true);
    expect(renewals.some(({ outcome }) => outcome.startsWith('the person'))).toBe(true);
  });

  verifies(
    'vestibule:disconnect-revokes',
    'is revoked where it was disconnected, whoever has to do it',
    () => {
      const ends = ofFlow('an account is disconnected');
      expect(ends.filter(({ isRight }) => !isRight)).toEqual([]);
      expect(ends.filter(({ outcome }) => outcome === 'revoked').length).toBeGreaterThan(4);
    },
  );
});
