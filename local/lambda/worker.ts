import { setImmediate as nextTurn } from 'node:timers/promises';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { loadHandler, type Handler } from './handler-module.ts';
import type { FunctionError, Invocation, Report, WorkerStart } from './message.ts';
import { installVirtualDate } from './worker-clock.ts';
import { installHostNames } from './worker-names.ts';

const { taskRoot, handler, clock, ahead, hostNames, wake, port } = workerData as WorkerStart;
const wakeSlot = new Int32Array(wake);

function report(message: Report): void {
  port.postMessage(message);
}

/** Straight to the parent: what is written must not wait in a stream of a thread that is about to freeze. */
function captureOutput(): void {
  const write = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    report({
      kind: 'output',
      text: typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString(),
    });
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') (callback as () => void)();
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}

/** A Lambda instance does not run between two events: no timer fires, no socket is read. */
function freezeUntilNextEvent(): Invocation {
  for (;;) {
    Atomics.wait(wakeSlot, 0, 0);
    Atomics.store(wakeSlot, 0, 0);
    const received = receiveMessageOnPort(port) as { readonly message: Invocation } | undefined;
    if (received !== undefined) return received.message;
  }
}

/**
 * Lets the thread see what happened to its sockets while it was frozen, as the poll for the next event does: one turn
 * of the event loop reads that a peer has closed, the next one takes the socket out of its pool.
 */
async function thaw(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

async function run(
  handle: Handler,
  { requestId, event, deadline, functionArn }: Invocation,
): Promise<Report> {
  const { env } = process;
  const context = {
    awsRequestId: requestId,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: env['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: env['AWS_LAMBDA_LOG_STREAM_NAME'],
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline + ahead - Date.now()),
  };
  try {
    const result = await handle(JSON.parse(event), context);
    return { kind: 'returned', payload: JSON.stringify(result ?? null) };
  } catch (error) {
    return { kind: 'failed', error: describe(error) };
  }
}

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

async function serve(handle: Handler): Promise<never> {
  for (;;) {
    const invocation = freezeUntilNextEvent();
    await thaw();
    report(await run(handle, invocation));
  }
}

captureOutput();
installVirtualDate(clock, ahead);
installHostNames(hostNames);
const loaded = await loadHandler(taskRoot, handler).catch((error: unknown) => {
  report({ kind: 'init-failed', error: describe(error) });
  return undefined;
});
if (loaded !== undefined) {
  report({ kind: 'ready' });
  await serve(loaded);
}
