import { randomBytes, randomUUID } from 'node:crypto';
import type { VirtualClock } from '../clock.ts';
import { startInstance, type Instance, type Outcome } from './instance.ts';
import type { HostNames } from './worker-names.ts';

/** A function as its template describes it. */
export interface FunctionDefinition {
  /** What people call it in a log. */
  readonly label: string;
  readonly name: string;
  readonly arn: string;
  readonly taskRoot: string;
  readonly handler: string;
  /** In whose name it works. */
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: string;
  readonly logLevel: string | undefined;
  readonly maxInstances: number;
}

/** By a part of the labels of functions, the seconds by which the clocks of their instances are ahead, in turn. */
export type ClocksAhead = Readonly<Record<string, readonly number[]>>;

export interface FunctionOptions {
  readonly definition: FunctionDefinition;
  readonly region: string;
  readonly clock: VirtualClock;
  /** Absent: the machine knows all names. */
  readonly hostNames?: HostNames;
  /** Seconds by which the clocks of its instances are ahead: of the first, the second and so on, and again from the first. Absent: none. */
  readonly clocksAhead?: readonly number[];
  /** The credentials of one instance. */
  readonly credentialsOf: (instance: string) => Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

export interface LambdaFunction {
  readonly definition: FunctionDefinition;
  /**
   * Waits for a free instance. Never rejects; `event` is anything JSON can say. What is tried again has the request
   * id of the first time.
   */
  readonly invoke: (event: unknown, requestId?: string) => Promise<Outcome>;
  /** Ends one instance, if it is one of this function's, as a crash would. */
  readonly crash: (instance: string) => void;
  readonly stop: () => Promise<void>;
}

interface Waiting {
  readonly event: unknown;
  readonly requestId: string;
  readonly answer: (outcome: Outcome) => void;
}

/** A pool of instances behind one queue: an event goes to an idle instance, or to a new one up to the limit. */
export function createFunction(options: FunctionOptions): LambdaFunction {
  const { definition } = options;
  const instances = new Map<string, Instance>();
  const idle: Instance[] = [];
  const queue: Waiting[] = [];
  const aheadInTurn = inTurn(options.clocksAhead ?? []);
  let starting = 0;
  let stopping = false;

  const leave = (id: string): void => {
    instances.delete(id);
    const left = idle.findIndex((instance) => instance.id === id);
    if (left >= 0) idle.splice(left, 1);
  };
  const start = async (): Promise<void> => {
    const instance = startInstanceOf(options, leave, aheadInTurn() ?? 0);
    instances.set(instance.id, instance);
    starting += 1;
    const failure = await instance.ready;
    starting -= 1;
    if (failure === undefined) idle.push(instance);
    else fail(instance, failure);
    pump();
  };
  const fail = (instance: Instance, failure: Outcome): void => {
    leave(instance.id);
    report(options, failure);
    queue.shift()?.answer(failure);
  };
  const work = async (instance: Instance, waiting: Waiting): Promise<void> => {
    const outcome = limited(await invokeOn(instance, options, waiting));
    if (outcome.kind === 'returned' || outcome.kind === 'failed') idle.push(instance);
    else leave(instance.id);
    report(options, outcome);
    waiting.answer(outcome);
    pump();
  };
  const pump = (): void => {
    while (queue.length > 0 && idle.length > 0 && !stopping) {
      const [instance, waiting] = [idle.pop(), queue.shift()];
      if (instance !== undefined && waiting !== undefined) void work(instance, waiting);
    }
    while (queue.length > starting && instances.size < definition.maxInstances && !stopping) void start();
  };
  return {
    definition,
    invoke: (event, requestId = randomUUID()) =>
      new Promise((answer) => {
        queue.push({ event, requestId, answer });
        pump();
      }),
    crash: (id) => {
      void instances.get(id)?.kill();
      leave(id);
    },
    stop: async () => {
      stopping = true;
      await Promise.all([...instances.values()].map((instance) => instance.kill()));
    },
  };
}

function inTurn<T>(values: readonly T[]): () => T | undefined {
  let turn = 0;
  return () => values[turn++ % values.length];
}

function startInstanceOf(
  options: FunctionOptions,
  leave: (id: string) => void,
  aheadSeconds: number,
): Instance {
  const { definition, clock, hostNames = {}, log } = options;
  const { taskRoot, handler, memoryMegabytes } = definition;
  const id = randomBytes(16).toString('hex');
  return startInstance({
    ...{ id, taskRoot, handler, memoryMegabytes, hostNames },
    environment: environmentOf(options, id),
    ...{ clock: clock.shared, ahead: aheadSeconds * 1_000 },
    onOutput: (text) => {
      for (const line of text.split('\n').filter((each) => each !== '')) log(line);
    },
    onGone: () => {
      leave(id);
    },
  });
}

function invokeOn(
  instance: Instance,
  { definition, clock }: FunctionOptions,
  { event, requestId }: Waiting,
): Promise<Outcome> {
  const milliseconds = definition.timeoutSeconds * 1000;
  return instance.invoke(
    {
      requestId,
      event: JSON.stringify(event),
      deadline: clock.now() + milliseconds,
      functionArn: definition.arn,
    },
    milliseconds,
  );
}

/** Exactly what a Lambda instance of this function would see. */
function environmentOf(
  { definition, region, credentialsOf }: FunctionOptions,
  id: string,
): Record<string, string> {
  return {
    ...definition.environment,
    _HANDLER: definition.handler,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    ...(definition.logLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: definition.logLevel }),
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${id}`,
    LAMBDA_TASK_ROOT: definition.taskRoot,
    TZ: ':UTC',
    ...credentialsOf(id),
  };
}

function report({ log }: FunctionOptions, outcome: Outcome): void {
  if (outcome.kind === 'returned') return;
  const { errorType, errorMessage, trace } = outcome.error;
  const where = trace?.slice(1, 4).map((line) => line.trim()) ?? [];
  log([`${outcome.kind}: ${errorType}: ${errorMessage}`, ...where].join(' '));
}

/** Lambda refuses a synchronous reply of more than 6 MB. */
function limited(outcome: Outcome): Outcome {
  const limit = 6 * 1024 * 1024;
  if (outcome.kind !== 'returned' || Buffer.byteLength(outcome.payload) <= limit) return outcome;
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${limit} bytes).`,
  };
  return { kind: 'failed', error };
}
