import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

import { freePortBlock } from '../support/free-ports.ts';
import { peerProgram } from './environment.ts';

/** Its threads take turns only where they wait: it looks and writes without a lock, where AWS does both at once. */
const motoServer = 'import sys; sys.setswitchinterval(60); from moto.server import main; main()';

/** Starts moto, and points the contract suites of the AWS stand-ins at it. */
export async function setup(): Promise<() => void> {
  const port = await freePortBlock();
  const server = spawn(peerProgram('python'), ['-c', motoServer, '-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  const stop = (): void => {
    server.kill();
  };
  process.once('exit', stop);
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswers(`${endpoint}/moto-api/`);
  process.env['CONTRACT_AWS_ENDPOINT_URL'] = endpoint;
  return stop;
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answered = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (answered) return;
    await setTimeout(100);
  }
  throw new Error(`moto did not answer at ${url} within 30 seconds`);
}
