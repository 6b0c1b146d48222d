import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleDirectory } from '../../../../lib/bundling/bundles.ts';

const kilobyte = 1_000;

function bundleOf(name: string): string {
  return readFileSync(join(bundleDirectory(name), 'index.js'), 'utf8');
}

test('the token function starts from less than 450 kB', () => {
  expect(bundleOf('token').length).toBeLessThan(450 * kilobyte);
});

test.each(['token', 'authorization', 'introspection'])(
  'of Lambda, %s speaks what it asks and no more',
  (name) => {
    expect(bundleOf(name).includes('InvocationRequest')).toBe(true);
    // The words of others stay, in one list; what is asked with them does not.
    expect(bundleOf(name).includes('/functions/{FunctionName}/url')).toBe(false);
  },
);

test('a bundle is CommonJS wherever it lies', () => {
  const manifest = readFileSync(join(bundleDirectory('token'), 'package.json'), 'utf8');
  expect(JSON.parse(manifest)).toEqual({ type: 'commonjs' });
});

describe.each([
  ['discovery', ['TrentService', 'secretsmanager']],
  ['authorization', ['TrentService']],
  ['no-sign-in', ['TrentService', 'secretsmanager']],
  ['requests', ['TrentService', 'secretsmanager']],
  ['introspection', ['secretsmanager']],
  ['admin', ['TrentService', 'secretsmanager']],
])('the bundle of %s', (name, services) => {
  test.each(services)('speaks no %s', (service) => {
    expect(bundleOf(name).includes(service)).toBe(false);
  });

  test('looks for credentials in its environment only', () => {
    expect(/AssumeRoleWithWebIdentity|SSOServiceException|credential_process/.test(bundleOf(name))).toBe(
      false,
    );
  });
});

test('the services are known by these words', () => {
  expect(bundleOf('keys').includes('TrentService')).toBe(true);
  expect(bundleOf('registrar').includes('secretsmanager')).toBe(true);
});

test('a function without a handler stops the synth', () => {
  expect(() => bundleDirectory('nothing')).toThrow('lambdas/functions/nothing/handler.ts is missing');
});
