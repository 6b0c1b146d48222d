import type { MessagePort } from 'node:worker_threads';
import type { HostNames } from './worker-names.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** The directory of the function's code. */
  readonly taskRoot: string;
  /** `file.export`, as the template's `Handler`. */
  readonly handler: string;
  /** The slots of the virtual clock. */
  readonly clock: SharedArrayBuffer;
  /** How far the clock of this one is ahead of it, in milliseconds. */
  readonly ahead: number;
  readonly hostNames: HostNames;
  /** Slot 0 of an Int32Array: 1 wakes the frozen worker. */
  readonly wake: SharedArrayBuffer;
  /** Invocations in, reports out. */
  readonly port: MessagePort;
}

/** One event for a worker. */
export interface Invocation {
  readonly requestId: string;
  /** JSON. */
  readonly event: string;
  /** Milliseconds since the epoch, on the virtual clock of the run. */
  readonly deadline: number;
  readonly functionArn: string;
}

/** An error in the words of the Lambda runtime API. */
export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What a worker says about itself. */
export type Report =
  | { readonly kind: 'ready' }
  | { readonly kind: 'init-failed'; readonly error: FunctionError }
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'failed'; readonly error: FunctionError };
