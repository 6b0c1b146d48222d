import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';

export interface Engine {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

const startLimit = 10_000;
const attempts = 5;

/**
 * Ends the engine when the other end of descriptor 3 closes, which the kernel does however the parent dies. `wait` makes
 * the shell end with the engine.
 */
const watchdog =
  'umask 077; "$0" "$@" & engine=$!; (read -r _ <&3; kill "$engine" 2>/dev/null) & wait "$engine"';

/** Starts the embedded DynamoDB engine, in memory without a database file, and answers once it listens. */
export async function startEngine(databaseFile: string | undefined): Promise<Engine> {
  const binary = engineBinary();
  for (let attempt = 1; ; attempt += 1) {
    const launched = await launch(binary, await freePort(), databaseFile);
    if (launched.ok) return launched.engine;
    // Another process may have taken the free port first.
    if (attempt === attempts || !launched.complaint.includes('already in use')) {
      throw new Error(`The DynamoDB engine ${binary} did not start. ${launched.complaint}`.trim());
    }
  }
}

type Launch =
  { readonly ok: true; readonly engine: Engine } | { readonly ok: false; readonly complaint: string };

async function launch(binary: string, port: number, databaseFile: string | undefined): Promise<Launch> {
  const storage = databaseFile === undefined ? [] : ['--db-path', databaseFile];
  const child = spawn('/bin/sh', ['-c', watchdog, binary, 'serve', '--port', String(port), ...storage], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Its own process group: Ctrl-C ends the run in order, functions before the engine.
    detached: true,
  });
  const leash = child.stdio[3];
  leash?.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      leash?.destroy();
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  let said = '';
  // Its own word, not an answer on the port: another engine may answer there.
  const listening = new Promise<true>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
      if (said.includes(`listening on http://127.0.0.1:${port}`)) resolve(true);
    });
  });
  child.unref();
  const stop = async (): Promise<void> => {
    child.ref();
    leash?.destroy();
    await ended;
  };
  const late = new AbortController();
  const started = await Promise.race([
    listening,
    ended.then(() => false),
    pause(startLimit, false, { signal: late.signal }),
  ]);
  late.abort();
  if (started) return { ok: true, engine: { endpoint: `http://127.0.0.1:${port}`, stop } };
  await stop();
  return { ok: false, complaint: said };
}

/** Throws, with the command that helps, where the package of this platform is not installed. */
export function engineBinary(
  platform: string = process.platform,
  architecture: string = process.arch,
): string {
  const name = `@dynoxide/${platform}-${architecture}`;
  const file = platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  try {
    return createRequire(import.meta.url).resolve(`${name}/${file}`);
  } catch {
    throw new Error(
      `There is no DynamoDB engine for ${platform}-${architecture} in node_modules. Install it:\n` +
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
