import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readVersionName, versionName } from '../../lambdas/adapters/secrets-manager/version-name.ts';
import { instant } from '../../lambdas/runtime/clock.ts';
import type { TaskId } from '../../lambdas/runtime/identifiers.ts';

const id = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const token = fc.record({
  taskId: id.map((text) => text as TaskId),
  jti: id,
  expiresAt: fc.integer({ min: 1_700_000_000, max: 9_999_999_999 }).map(instant),
});

test('the name of a version says which token it holds, in as many characters as AWS takes', () => {
  fc.assert(
    fc.property(token, (given) => {
      const name = versionName(given);
      expect(readVersionName(name)).toEqual(given);
      expect(name.length).toBeGreaterThanOrEqual(32);
      expect(name.length).toBeLessThanOrEqual(64);
    }),
  );
});

test('no other name is that of a token', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uuid(),
        fc.string(),
        token.map((given) => `${versionName(given)}-`),
      ),
      (name) => {
        expect(readVersionName(name)).toBeUndefined();
      },
    ),
  );
});
