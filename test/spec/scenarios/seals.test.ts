import { afterAll, beforeAll, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { driveKeys } from '../support/keys-driver.ts';
import { verifies } from '../verifies.ts';

const day = 86_400;
let deployment: TestDeployment;

beforeAll(async () => {
  deployment = await startDeployment();
});
afterAll(() => deployment.stop());

verifies(
  'vestibule:seal-secret-rotates',
  'rotates the secret behind cookies and forms when it is 30 days old, and says so',
  async () => {
    const { pass } = await driveKeys(deployment);
    const rotations = () => deployment.log.filter((line) => line.includes('"event":"seal_secret_rotated"'));
    await pass(29 * day);
    expect(rotations()).toHaveLength(0);
    await pass(2 * day);
    expect(rotations()).toHaveLength(1);
    await pass(2 * day);
    expect(rotations()).toHaveLength(1);
    expect(deployment.log.join('\n')).not.toContain('DENIED');
  },
  90_000,
);
