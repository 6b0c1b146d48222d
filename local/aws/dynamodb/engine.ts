import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

export interface Engine {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

const startLimit = 10_000;

/**
 * Ends the engine when the other end of descriptor 3 closes, which the kernel does however the parent dies. `wait` makes
 * the shell end with the engine.
 */
const watchdog =
  'umask 077; "$0" "$@" & engine=$!; (read -r _ <&3; kill "$engine" 2>/dev/null) & wait "$engine"';

/** Starts the embedded DynamoDB engine, in memory without a database file, and answers once it listens. */
export async function startEngine(databaseFile: string | undefined): Promise<Engine> {
  const port = await freePort();
  const storage = databaseFile === undefined ? [] : ['--db-path', databaseFile];
  const binary = engineBinary();
  const child = spawn('/bin/sh', ['-c', watchdog, binary, 'serve', '--port', String(port), ...storage], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C ends the run in order, functions before the engine.
    detached: true,
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  const leash = child.stdio[3];
  leash?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      leash?.destroy();
      resolve();
    });
    child.once('error', (error) => {
      complaint = error.message;
      resolve();
    });
  });
  child.unref();
  const endpoint = `http://127.0.0.1:${port}`;
  const failed = ended.then(() => {
    throw new Error(`The DynamoDB engine ${binary} ended before it answered. ${complaint}`.trim());
  });
  await Promise.race([answering(endpoint), failed]);
  failed.catch(() => undefined);
  return {
    endpoint,
    stop: async () => {
      child.ref();
      leash?.destroy();
      await ended;
    },
  };
}

function engineBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  const file = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  try {
    return createRequire(import.meta.url).resolve(`${name}/${file}`);
  } catch {
    throw new Error(
      `There is no DynamoDB engine for ${process.platform}-${process.arch} in node_modules. Install it:\n` +
        `  npm install --no-save ${name}\n` +
        'or point the run at any other engine:\n' +
        '  AWS_ENDPOINT_URL_DYNAMODB=http://localhost:8000 npm start',
    );
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

async function answering(endpoint: string): Promise<void> {
  const deadline = performance.now() + startLimit;
  while (performance.now() < deadline) {
    const answered = await fetch(endpoint).then(
      (response) => response.status > 0,
      () => false,
    );
    if (answered) return;
    await pause(4);
  }
  throw new Error(`The DynamoDB engine at ${endpoint} does not answer.`);
}
