import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { SynthesisRequest } from './synthesizer.ts';

const program = fileURLToPath(new URL('./synthesizer.ts', import.meta.url));

/** Starts the synthesizer of a run of tests and gives its socket, whose name tells which state of the sources it has loaded. */
export async function startSynthesizer(
  sourcesHash: string,
): Promise<{ readonly socket: string; readonly stop: () => void }> {
  const socket = join(mkdtempSync(join(tmpdir(), 'vestibule-')), sourcesHash);
  const child = fork(program, [socket]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the synthesizer ended with code ${String(code)}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return {
    socket,
    stop: () => {
      child.disconnect();
    },
  };
}

/** Rejects with what is wrong with the config. */
export async function synthesizedBy(socketPath: string, asked: SynthesisRequest): Promise<void> {
  const call = request({ socketPath, method: 'POST', path: '/' });
  call.end(JSON.stringify(asked));
  const [response] = (await once(call, 'response')) as [
    NodeJS.ReadableStream & { readonly statusCode: number },
  ];
  const said = await text(response);
  if (response.statusCode !== 204) throw new Error(said);
}
