import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterEach, expect } from 'vitest';

import { createFaultPlan } from '../../../local/aws/faults.ts';
import { clientSecret } from '../../../local/demo/walk/client-secret.ts';
import type { Endpoints } from '../../../local/demo/walk/endpoints.ts';
import { startRun } from '../../../local/run.ts';
import { config } from '../../../vestibule.config.ts';
import { synthesizedAssembly } from '../../support/assembly-cache.ts';
import { startDeployment } from '../../support/deployment.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import { basic, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const project = resolve(import.meta.dirname, '../../..');
const ends: (() => void | Promise<void>)[] = [];
const grant = { grant_type: 'client_credentials' } as const;

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-lifecycle-'));
  ends.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

verifies(
  'vestibule:operator-outranks-deployment',
  'a deployment keeps what operators disabled and registered, and removes only what left its config',
  async () => {
    const stateDirectory = emptyDirectory();
    const before = await startDeployment({ stateDirectory });
    const operator = drive(before);
    const scopes = [{ name: 'use', description: 'Use it' }];
    await operator.register('resources', {
      id: 'mine',
      uri: 'https://mine.example.com/mcp',
      name: 'Mine',
      scopes,
    });
    expect((await operator.admin('POST', 'agents/planner/disable')).status).toBe(200);
    await before.stop();

    const after = await startDeployment({
      stateDirectory,
      config: {
        profile: 'dev',
        resources: config.resources.filter(({ id }) => id === 'demo'),
        agents: [{ id: 'planner', owner: 'new@example.com', scopes: { demo: { required: ['tools:read'] } } }],
        clients: config.clients.filter(({ id }) => id === 'planner-client'),
      },
    });
    ends.push(after.stop);
    const { admin } = drive(after);
    expect((await admin('GET', 'agents/planner')).body).toMatchObject({
      state: 'disabled',
      owner: 'new@example.com',
    });
    expect((await admin('GET', 'resources/mine')).status).toBe(200);
    expect((await admin('GET', 'agents/analyst')).status).toBe(404);
    expect((await admin('GET', 'clients/analyst-client')).status).toBe(404);
  },
  90_000,
);

verifies(
  'vestibule:survives-a-kill',
  'npm start, killed and started again, has the same keys and takes the same secret',
  async () => {
    const directory = emptyDirectory();
    const port = await freePortBlock();
    const demo = `http://localhost:${port + 1}/mcp`;
    const authenticate = async (secret: string): Promise<number> => {
      const body = new URLSearchParams({ ...grant, resource: demo });
      const headers = basic('planner-client', secret);
      return (await fetch(`http://localhost:${port}/token`, { method: 'POST', body, headers })).status;
    };
    const keys = async (): Promise<string> =>
      (await fetch(`http://localhost:${port}/.well-known/jwks.json`)).text();

    const first = await startLocally(directory, port);
    const secret = await first.secret();
    const published = await keys();
    expect(await authenticate(secret)).toBe(200);
    await first.kill();
    await startLocally(directory, port);
    expect(await keys()).toBe(published);
    expect(await authenticate(secret)).toBe(200);
  },
  120_000,
);

verifies(
  'vestibule:missing-permission-is-named',
  'a function whose role lacks kms:Sign answers 503, and the run names role and action',
  async () => {
    const assemblyDirectory = join(emptyDirectory(), 'cdk.out');
    cpSync(await synthesizedAssembly(config), assemblyDirectory, { recursive: true });
    const template = readdirSync(assemblyDirectory).find((name) => name.endsWith('.template.json'))!;
    const path = join(assemblyDirectory, template);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"kms:Sign"', '"kms:Verify"'));
    const log: string[] = [];
    const run = await startRun({
      assemblyDirectory,
      port: 0,
      faults: createFaultPlan(),
      log: (line) => log.push(line),
    });
    ends.push(run.stop);
    const client = drive({ issuer: run.issuer, run, operator: run.cloud.operator });
    const added = await client.admin('POST', 'clients/analyst-client/secrets');
    const { status } = await client.token(
      grant,
      basic('analyst-client', String(added.body['client_secret'])),
    );
    expect(status).toBe(503);
    expect(log.join('\n')).toMatch(/DENIED \w*TokenRole\w* may not kms:Sign on arn:aws:kms/);
  },
  90_000,
);

interface LocalProcess {
  /** The secret of planner-client. */
  readonly secret: () => Promise<string>;
  readonly kill: () => Promise<void>;
}

async function startLocally(directory: string, port: number): Promise<LocalProcess> {
  const child = spawn(process.execPath, [join(project, 'bin/local.ts')], {
    cwd: directory,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (): Promise<void> => killed(child);
  ends.push(kill);
  await ready(child);
  const endpoints = JSON.parse(
    readFileSync(join(directory, '.vestibule/endpoints.json'), 'utf8'),
  ) as Endpoints;
  return { kill, secret: () => clientSecret(endpoints, 'planner-client') };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolveReady, reject) => {
    let output = '';
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (/^ready http/m.test(output)) resolveReady();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => {
      reject(new Error(`npm start ended before it was ready:\n${output}`));
    });
  });
}

function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolveKilled) => {
    child.once('exit', () => {
      resolveKilled();
    });
    child.kill('SIGKILL');
  });
}
