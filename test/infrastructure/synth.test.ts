import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'vestibule-synth-'));

afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe('the CDK app', () => {
  test('synthesizes one stack that CloudFormation and AwsSolutions accept', () => {
    const outdir = join(scratch, 'out');
    const { status, stderr } = run(process.execPath, ['bin/vestibule.ts'], { CDK_OUTDIR: outdir });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(existsSync(join(outdir, 'Vestibule.template.json'))).toBe(true);
  }, 60_000);

  test('names every problem of a config, without a stack trace', () => {
    const loader = join(scratch, 'bad-config.mjs');
    writeFileSync(loader, badConfigLoader);
    const { status, stderr } = run(process.execPath, ['--import', loader, 'bin/vestibule.ts'], {});
    expect(stderr).toBe(
      [
        'vestibule.config.ts is not sound:',
        "  issuer.url: 'http://auth.example.com' is not https; write 'https://auth.example.com'",
        "  resources[0].scopes: 'x:*' is a wildcard; name each scope",
        '',
      ].join('\n'),
    );
    expect(status).toBe(1);
  });
});

test('a bare `cdk deploy` gets as far as the credentials', () => {
  const { status, stdout, stderr } = run(
    process.execPath,
    [join(root, 'node_modules/aws-cdk/bin/cdk'), 'deploy'],
    {
      HOME: scratch,
      PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
      AWS_CONFIG_FILE: join(scratch, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(scratch, 'no-credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_REGION: 'eu-west-1',
      CDK_OUTDIR: join(scratch, 'deploy'),
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
    },
  );
  expect(`${stdout}${stderr}`).toContain('Unable to resolve AWS account to use');
  expect(`${stdout}${stderr}`).not.toMatch(/--all|Since this app includes more than a single stack/);
  expect(status).not.toBe(0);
}, 90_000);

const badConfigLoader = `
import { registerHooks } from 'node:module';
const config = {
  issuer: { url: 'http://auth.example.com', certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' },
  resources: [{ id: 'mcp', uri: 'https://mcp.example.com', name: 'MCP', scopes: { 'x:*': 'Everything' } }],
  agents: [],
  clients: [],
};
registerHooks({
  load: (url, context, next) =>
    url.endsWith('/vestibule.config.ts')
      ? { format: 'module', shortCircuit: true, source: 'export const config = ' + JSON.stringify(config) }
      : next(url, context),
});
`;

function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(AWS|CDK|VESTIBULE|VITEST|NODE)_/.test(name),
  );
  return spawnSync(command, [...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...Object.fromEntries(inherited), ...environment },
  });
}
