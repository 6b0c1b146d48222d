import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowser } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';
import { freePortBlock } from '../support/free-ports.ts';
import { drive } from '../spec/support/driver.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const suite = resolve('node_modules/@modelcontextprotocol/conformance/dist/index.js');
const printedUrl = /^https?:\/\/\S*response_type=code\S*$/;

let company: Company;
let results: string;

beforeAll(async () => {
  company = await startCompany();
  results = mkdtempSync(join(tmpdir(), 'vestibule-conformance-'));
});
afterAll(async () => {
  await company.stop();
  rmSync(results, { recursive: true, force: true });
});

/** Runs a command of the suite, and lets `person` open the address that it prints. */
async function conformance(
  parameters: readonly string[],
  person: (authorizeUrl: string) => Promise<void>,
): Promise<{ readonly code: number; readonly checks: readonly Check[]; readonly output: string }> {
  const child = spawn(process.execPath, [suite, ...parameters, '--output-dir', results], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit') as Promise<[number]>;
  const lines: string[] = [];
  let signingIn: Promise<void> | undefined;
  child.stderr.on('data', (text: Buffer) => lines.push(text.toString()));
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (signingIn === undefined && printedUrl.test(line)) signingIn = person(line);
  }
  const [[code]] = await Promise.all([exit, signingIn]);
  const checks = globSync('**/checks.json', { cwd: results }).flatMap(
    (file) => JSON.parse(readFileSync(join(results, file), 'utf8')) as Check[],
  );
  return { code, checks, output: lines.join('\n') };
}

describe('the MCP conformance suite for authorization servers', () => {
  it('finds nothing wrong, and skips nothing', { timeout: 60_000 }, async () => {
    const port = await freePortBlock();
    const { body } = await drive(company).send('/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'MCP conformance',
        redirect_uris: ['http://127.0.0.1/callback'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const { code, checks, output } = await conformance(
      [
        ...['authorization', '--url', company.issuer, '--client-id', String(body['client_id'])],
        ...['--resource', company.mcpUrl, '--port', String(port), '--spec-version', '2026-07-28'],
      ],
      async (authorizeUrl) => {
        const back = await createBrowser().signIn({ authorizeUrl });
        await fetch(back);
      },
    );
    const outcomes = checks.map(({ id, status, errorMessage }) => [id, status, errorMessage]);
    expect(outcomes, output).toEqual(checks.map(({ id }) => [id, 'SUCCESS', undefined]));
    expect(new Set(checks.map(({ id }) => id)).size).toBeGreaterThanOrEqual(3);
    expect(code).toBe(0);
  });
});

type Metadata = Readonly<Record<string, unknown>>;

/** What the authorization server of a client scenario says of itself, which clients have to take. */
function heldOut(scenario: string): Promise<Metadata> {
  const file = join(results, `${scenario.replace('/', '-')}.json`);
  const probe = `${process.execPath} ${resolve('test/clients/metadata-probe.ts')} ${file}`;
  const parameters = ['client', '--scenario', scenario, '--spec-version', '2026-07-28', '--command', probe];
  return new Promise((settle) => {
    // The probe goes no further than the metadata, so the scenario itself has more to ask.
    execFile(process.execPath, [suite, ...parameters], () => {
      const { authorizationServer } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Metadata>;
      settle(authorizationServer ?? {});
    });
  });
}

describe('the MCP conformance suite for clients', () => {
  it.each([
    'auth/basic-cimd',
    'auth/token-endpoint-auth-basic',
    'auth/token-endpoint-auth-post',
    'auth/offline-access-scope',
    'auth/iss-supported',
  ])('holds out no metadata that ours does not promise too (%s)', { timeout: 60_000 }, async (scenario) => {
    const theirs = await heldOut(scenario);
    const { body: ours } = await drive(company).get('/.well-known/oauth-authorization-server');
    expect(Object.keys(ours)).toEqual(expect.arrayContaining(Object.keys(theirs)));
    for (const [name, value] of Object.entries(theirs)) {
      // Scopes of an MCP server are its own affair; that of refresh tokens is ours.
      const expected = name === 'scopes_supported' ? ['offline_access'] : value;
      if (Array.isArray(expected)) expect(ours[name], name).toEqual(expect.arrayContaining(expected));
      else if (typeof expected === 'boolean') expect(ours[name], name).toBe(expected);
      else expect(String(ours[name]), name).toMatch(new RegExp(`^${company.issuer}(/|$)`));
    }
  });
});
