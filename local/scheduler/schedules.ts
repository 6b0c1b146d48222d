import { randomUUID } from 'node:crypto';
import type { Decision } from '../iam/policy.ts';
import type { Outcome } from '../lambda/instance.ts';
import type { NextRun } from './expression.ts';

/** A schedule that invokes a function, as its template describes it. */
export interface ScheduleDefinition {
  readonly name: string;
  readonly nextRun: NextRun;
  readonly functionArn: string;
  /** In whose name the function is invoked. */
  readonly roleArn: string;
  /** The event, as JSON. */
  readonly input: string;
  /** The queue for what could not be delivered. */
  readonly deadLetterArn?: string;
}

export interface Schedules {
  readonly add: (schedule: ScheduleDefinition) => void;
  /** Runs what is due on the virtual clock and resolves when all of it has ended. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface SchedulesOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** Undefined: there is no such function. */
  readonly invoke: (functionArn: string, event: unknown, requestId: string) => Promise<Outcome> | undefined;
  /** Whether the role may do that. */
  readonly authorize: (roleArn: string, action: string, resource: string) => Decision;
  readonly deliver: (queueArn: string, body: string) => Promise<void>;
  readonly log: (line: string) => void;
  /** Whether nothing runs but by `settle`. */
  readonly byHand?: boolean;
}

/** Lambda tries an asynchronous invocation three times in all, under one request id. */
const tries = 3;
const tickMilliseconds = 500;

/**
 * EventBridge Scheduler on the virtual clock. Runs that became due together, because the clock was moved or the
 * machine slept, are one run. Whatever AWS would try again later is tried again at once.
 */
export function createSchedules(options: SchedulesOptions): Schedules {
  const planned = new Map<string, { readonly schedule: ScheduleDefinition; due: number | undefined }>();
  const running = new Set<Promise<void>>();
  const runDue = (): void => {
    const now = options.now();
    for (const entry of planned.values()) {
      if (entry.due === undefined || now < entry.due) continue;
      entry.due = entry.schedule.nextRun(now);
      const run: Promise<void> = start(options, entry.schedule).finally(() => running.delete(run));
      running.add(run);
    }
  };
  const ticker = options.byHand === true ? undefined : setInterval(runDue, tickMilliseconds).unref();
  const ended = async (): Promise<void> => {
    await Promise.all(running);
  };
  return {
    add: (schedule) => {
      planned.set(schedule.name, { schedule, due: schedule.nextRun(options.now()) });
    },
    settle: async () => {
      runDue();
      await ended();
    },
    stop: async () => {
      clearInterval(ticker);
      await ended();
    },
  };
}

async function start(options: SchedulesOptions, schedule: ScheduleDefinition): Promise<void> {
  const { name, functionArn, roleArn, input } = schedule;
  const decision = options.authorize(roleArn, 'lambda:InvokeFunction', functionArn);
  if (decision !== 'allowed') {
    await undelivered(options, schedule, `its role may not lambda:InvokeFunction, ${decision.denied}`);
    return;
  }
  const requestId = randomUUID();
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const invoked = options.invoke(functionArn, JSON.parse(input), requestId);
    if (invoked === undefined) {
      await undelivered(options, schedule, `there is no function ${functionArn}`);
      return;
    }
    if ((await invoked).kind === 'returned') return;
  }
  options.log(`the schedule ${name} gave up: its function failed ${tries} times`);
}

async function undelivered(
  options: SchedulesOptions,
  schedule: ScheduleDefinition,
  reason: string,
): Promise<void> {
  const { name, roleArn, input, deadLetterArn } = schedule;
  options.log(`!! the schedule ${name} could not run: ${reason}`);
  if (deadLetterArn === undefined) return;
  const decision = options.authorize(roleArn, 'sqs:SendMessage', deadLetterArn);
  if (decision === 'allowed') await options.deliver(deadLetterArn, input);
  else options.log(`!! the schedule ${name} may not sqs:SendMessage to ${deadLetterArn}`);
}
