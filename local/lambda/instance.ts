import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { FunctionError, Invocation, Report, WorkerStart } from './message.ts';
import type { HostNames } from './worker-names.ts';

/** How one invocation ended. `crashed` covers a thread that ended, and one that was ended. */
export type Outcome =
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed' | 'init-failed' | 'timed-out' | 'crashed'; readonly error: FunctionError };

/** One running copy of a function; it takes one invocation at a time. */
export interface Instance {
  readonly id: string;
  /** Settles when the handler is loaded; undefined is success. Never rejects. */
  readonly ready: Promise<Outcome | undefined>;
  /** Never rejects. After any outcome but `returned` and `failed` the instance is gone. */
  readonly invoke: (invocation: Invocation, timeoutMilliseconds: number) => Promise<Outcome>;
  readonly kill: () => Promise<void>;
}

export interface InstanceOptions {
  readonly id: string;
  readonly taskRoot: string;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly clock: SharedArrayBuffer;
  readonly ahead: number;
  readonly hostNames: HostNames;
  readonly onOutput: (text: string) => void;
  readonly onGone: () => void;
}

/** What Lambda gives a function to load. */
const initMilliseconds = 10_000;

/** Starts a thread that sees its own environment and nothing else of this process's. */
export function startInstance(options: InstanceOptions): Instance {
  const { port1: near, port2: far } = new MessageChannel();
  const wake = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const wakeSlot = new Int32Array(wake);
  const worker = startWorker(options, { wake, port: far });
  let settle: (outcome: Outcome | undefined) => void = () => undefined;
  const nextOutcome = (milliseconds: number, late: () => Outcome): Promise<Outcome | undefined> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        settle(late());
        void worker.terminate();
      }, milliseconds);
      settle = (outcome) => {
        clearTimeout(timer);
        settle = () => undefined;
        resolve(outcome);
      };
    });
  const take = (report: Report): void => {
    if (report.kind === 'output') options.onOutput(report.text);
    else settle(report.kind === 'ready' ? undefined : report);
    if (report.kind === 'init-failed') void worker.terminate();
  };
  near.on('message', take);
  worker.on('error', (error) => {
    settle(crashed(error instanceof Error ? error.message : String(error)));
  });
  worker.on('exit', () => {
    // The end of a thread can be announced before its last words are delivered.
    for (let last = lastWord(near); last !== undefined; last = lastWord(near)) take(last);
    settle(crashed('Runtime exited without providing a reason'));
    near.close();
    options.onGone();
  });
  return {
    id: options.id,
    ready: nextOutcome(initMilliseconds, () => timedOut(initMilliseconds, 'Init')),
    invoke: async (invocation, milliseconds) => {
      const outcome = nextOutcome(milliseconds, () => timedOut(milliseconds, 'Task'));
      near.postMessage(invocation);
      Atomics.store(wakeSlot, 0, 1);
      Atomics.notify(wakeSlot, 0);
      return (await outcome) ?? crashed('Runtime answered out of turn');
    },
    kill: async () => {
      await worker.terminate();
    },
  };
}

function lastWord(port: MessagePort): Report | undefined {
  return (receiveMessageOnPort(port) as { readonly message: Report } | undefined)?.message;
}

function startWorker(options: InstanceOptions, channel: Pick<WorkerStart, 'wake' | 'port'>): Worker {
  const { taskRoot, handler, clock, ahead, hostNames, environment, memoryMegabytes } = options;
  const workerData: WorkerStart = { taskRoot, handler, clock, ahead, hostNames, ...channel };
  return new Worker(new URL('./worker.ts', import.meta.url), {
    name: options.id,
    env: { ...environment },
    execArgv: compileCacheArguments(),
    argv: [],
    workerData,
    transferList: [channel.port],
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
  });
}

/**
 * A thread does not inherit the compile cache of its process, and without one each of them strips the types of its
 * modules and compiles its bundle anew, which is more than half of its start.
 */
function compileCacheArguments(): string[] {
  const ofThisVersion = getCompileCacheDir();
  if (ofThisVersion === undefined) return [];
  const directory = JSON.stringify(dirname(ofThisVersion));
  const code = `import { enableCompileCache } from 'node:module'; enableCompileCache(${directory});`;
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

function crashed(reason: string): Outcome {
  return { kind: 'crashed', error: { errorType: 'Runtime.ExitError', errorMessage: reason } };
}

function timedOut(milliseconds: number, what: string): Outcome {
  const seconds = (milliseconds / 1000).toFixed(2);
  return {
    kind: 'timed-out',
    error: { errorType: 'Sandbox.Timedout', errorMessage: `${what} timed out after ${seconds} seconds` },
  };
}
