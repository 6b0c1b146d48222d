import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

/** What each scenario of the suite is about: without these it has not come to its point. */
const scenarios: Readonly<Record<string, readonly string[]>> = {
  'client-credentials-basic': ['client-credentials-basic-auth', 'valid-bearer-token'],
  'client-credentials-jwt': ['client-credentials-jwt-verified', 'valid-bearer-token'],
  'enterprise-managed-authorization': [
    'complete-flow-token-exchange',
    'complete-flow-jwt-bearer',
    'valid-bearer-token',
  ],
  'wif-jwt-bearer': ['wif-assertion-verified', 'valid-bearer-token'],
  dpop: [
    'sep-1932-client-token-request-proof',
    'sep-1932-client-dpop-auth-scheme',
    'sep-1932-client-fresh-proof',
  ],
  'dpop-nonce': [
    'sep-1932-client-token-request-proof',
    'sep-1932-client-dpop-auth-scheme',
    'sep-1932-client-fresh-proof',
    'sep-1932-client-as-nonce',
    'sep-1932-client-rs-nonce',
  ],
};

const suite = resolve('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const program = `${process.execPath} ${resolve('test/clients/agent-program.ts')}`;

let results: string;
let code: number;
let output = '';

beforeAll(async () => {
  results = mkdtempSync(join(tmpdir(), 'vestibule-agent-conformance-'));
  const parameters = ['client', '--suite', 'extensions', '--command', program, '--output-dir', results];
  const child = spawn(process.execPath, [suite, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output += text.toString()));
  }
  [code] = (await once(child, 'close')) as [number];
}, 120_000);
afterAll(() => {
  rmSync(results, { recursive: true, force: true });
});

/** What was checked in each scenario, by its name. The suite's own log lines are of the status INFO. */
function checksOf(scenario: string): readonly Check[] {
  const [file] = globSync(`auth/${scenario}-2*/checks.json`, { cwd: results });
  if (file === undefined) throw new Error(`the suite has no results for ${scenario}:\n${output}`);
  const checks = JSON.parse(readFileSync(join(results, file), 'utf8')) as readonly Check[];
  return checks.filter(({ status }) => status !== 'INFO');
}

describe('the extensions of the MCP conformance suite, with an agent that loads the wrapper', () => {
  it('are all run, those with which the suite may come later too', () => {
    const run = globSync('*/*/checks.json', { cwd: results }).map((file) =>
      file.replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''),
    );
    expect(run.toSorted()).toEqual(
      Object.keys(scenarios)
        .map((name) => `auth/${name}`)
        .toSorted(),
    );
    expect(code, output).toBe(0);
  });

  it.each(Object.entries(scenarios))('find nothing wrong and skip nothing in %s', (scenario, points) => {
    const checks = checksOf(scenario);
    const outcomes = checks.map(({ id, status, errorMessage }) => [id, status, errorMessage]);
    expect(outcomes, output).toEqual(checks.map(({ id }) => [id, 'SUCCESS', undefined]));
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining([...points]));
  });
});
