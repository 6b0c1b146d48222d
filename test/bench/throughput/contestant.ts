import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromServer, SubjectSettings, ToServer } from './message.ts';
import { talkTo } from './talk-to.ts';

/** A server in its own process, ready to be asked for tokens. */
export interface Contestant {
  readonly port: number;
  readonly pid: number;
  /** Microseconds of processor time it has used so far. */
  readonly usage: () => Promise<number>;
  readonly stop: () => void;
}

/**
 * Starts a server with nothing but `environment`. What it prints goes to the file `output`: a real log, written while
 * the bench measures.
 */
export async function startContestant(
  settings: SubjectSettings,
  environment: Readonly<Record<string, string>>,
  output: number,
): Promise<Contestant> {
  const child = fork(fileURLToPath(new URL('./serve.ts', import.meta.url)), {
    env: { NODE_ENV: 'production', ...environment },
    stdio: ['ignore', output, 'inherit', 'ipc'],
  });
  const ask: (question: ToServer) => Promise<FromServer> = talkTo(child, settings.subject);
  const listening = await ask({ kind: 'start', settings });
  if (listening.kind !== 'listening') throw new Error('a server said something else than where it listens');
  return {
    port: listening.port,
    pid: child.pid ?? 0,
    usage: async () => {
      const answer = await ask({ kind: 'usage' });
      if (answer.kind !== 'usage') throw new Error('a server said something else than what it used');
      return answer.microseconds;
    },
    stop: () => {
      child.kill();
    },
  };
}
