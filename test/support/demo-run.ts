import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm start` and `npm run demo` in a directory of their own. */
export interface DemoRun {
  /** What `npm start` runs, which keeps nothing; resolves with its `ready` line. */
  readonly start: (port: number, way?: '--ephemeral' | '--fast-clock') => Promise<string>;
  /** What `npm run demo` runs. */
  readonly demo: (...parameters: readonly string[]) => Promise<Outcome>;
  readonly end: () => Promise<void>;
}

export function demoRun(): DemoRun {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-walk-'));
  let local: ChildProcess | undefined;
  return {
    demo: (...parameters) =>
      new Promise((settle) => {
        execFile(
          process.execPath,
          [resolve('local/demo/walk.ts'), ...parameters],
          { cwd: directory, maxBuffer: 16 * 1024 * 1024 },
          (error, stdout, stderr) => {
            settle({ code: error === null ? 0 : Number(error.code), stdout, stderr });
          },
        );
      }),
    start: async (port, way = '--ephemeral') => {
      const child = spawn(process.execPath, [resolve('bin/local.ts'), way], {
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
    },
    end: async () => {
      if (local !== undefined) {
        local.kill('SIGTERM');
        await once(local, 'exit');
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
