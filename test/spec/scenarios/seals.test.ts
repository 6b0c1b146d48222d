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
  'rotates the secret behind cookies and forms, and that behind nonces, when they are 30 days old, and says so',
  async () => {
    const { pass } = await driveKeys(deployment);
    const rotated = /"event":"(?:seal|nonce)_secret_rotated"/;
    const rotations = () => deployment.log.flatMap((line) => rotated.exec(line)?.[0] ?? []).toSorted();
    const once = ['"event":"nonce_secret_rotated"', '"event":"seal_secret_rotated"'];
    await pass(29 * day);
    expect(rotations()).toEqual([]);
    await pass(2 * day);
    expect(rotations()).toEqual(once);
    await pass(2 * day);
    expect(rotations()).toEqual(once);
    expect(deployment.log.join('\n')).not.toContain('DENIED');
  },
  90_000,
);
