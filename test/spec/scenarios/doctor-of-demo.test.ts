import { expect } from 'vitest';
import { officeForThisFile } from '../support/this-file.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

verifies('vestibule:doctor-good', 'is so of the identity provider that a local run comes with', async () => {
  const { code, out } = await vestibule(company, ['idp', 'doctor', 'demo']);
  expect([
    code,
    out
      .split('\n')
      .filter((line) => /^[✓!✗-] /.test(line))
      .map((line) => line[0]),
  ]).toEqual([...[0, Array(5).fill('✓')]]);
  expect(out).toContain('Nothing is wrong.');
});
