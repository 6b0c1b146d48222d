import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { freePortBlock } from '../support/free-ports.ts';

const directory = mkdtempSync(join(tmpdir(), 'vestibule-walk-'));
let local: ChildProcess | undefined;

/** What `npm run demo` runs, in a directory of its own. */
function demo(): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((settle) => {
    execFile(
      process.execPath,
      [resolve('local/demo/walk.ts')],
      { cwd: directory },
      (error, stdout, stderr) => {
        settle({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

/** What `npm start` runs; resolves with its `ready` line. */
async function start(port: number): Promise<string> {
  const child = spawn(process.execPath, [resolve('bin/local.ts'), '--ephemeral'], {
    cwd: directory,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  local = child;
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('ready ')) {
      child.stdout.resume();
      return line;
    }
  }
  throw new Error('npm start ended before it was ready');
}

afterAll(async () => {
  if (local !== undefined) {
    local.kill('SIGTERM');
    await once(local, 'exit');
  }
  rmSync(directory, { recursive: true, force: true });
});

describe('the demo', () => {
  it('says how to start when nothing runs', async () => {
    const { code, stderr } = await demo();
    expect(code).toBe(1);
    expect(stderr).toContain('npm start');
  });

  it('walks every flow against what npm start runs, and shows no secret', { timeout: 120_000 }, async () => {
    const port = await freePortBlock();
    expect(await start(port)).toBe(`ready http://localhost:${port}`);
    const { code, stdout, stderr } = await demo();
    expect(stderr).toBe('');
    expect(stdout).toContain('Everything went as promised.');
    expect(stdout).not.toMatch(/eyJ[\w-]{20,}/);
    expect(code).toBe(0);
  });
});
