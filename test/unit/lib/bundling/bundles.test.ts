import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundleDirectory } from '../../../../lib/bundling/bundles.ts';
import { shakeable } from '../../../../lib/bundling/from-source.ts';

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
  ['discovery', ['TrentService', 'com.amazonaws.secretsmanager']],
  ['authorization', ['TrentService']],
  ['no-sign-in', ['TrentService', 'com.amazonaws.secretsmanager']],
  ['requests', ['TrentService', 'com.amazonaws.secretsmanager']],
  ['introspection', ['com.amazonaws.secretsmanager']],
  ['admin', ['TrentService', 'com.amazonaws.secretsmanager']],
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
  expect(bundleOf('registrar').includes('com.amazonaws.secretsmanager')).toBe(true);
});

test('a function without a handler stops the synth', () => {
  expect(() => bundleDirectory('nothing')).toThrow('lambdas/functions/nothing/handler.ts is missing');
});

test('every error that our code tells by its class is one that its copy of the SDK registers', () => {
  const registered = new Map(shakeable.map(({ name, errors }) => [name as string, errors]));
  const named = readdirSync('lambdas', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(join('lambdas', path), 'utf8').matchAll(imports)])
    .flatMap(([, names = '', client = '']) =>
      (names.match(/\w+Exception\b/g) ?? []).map((name) => [client, name] as const),
    )
    .filter(([client, name]) => registered.has(client) && !name.endsWith('ServiceException'));
  expect(named.length).toBeGreaterThan(0);
  for (const [client, name] of named) expect(registered.get(client)).toContain(name);
});

const imports = /import \{([^}]+)\} from '(@aws-sdk\/client-[\w-]+)'/g;
