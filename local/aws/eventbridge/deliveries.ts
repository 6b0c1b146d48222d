import { randomUUID } from 'node:crypto';
import type { Decision } from '../../iam/policy.ts';
import type { InvocableFunctions } from '../lambda.ts';
import type { Queues } from '../sqs/sqs.ts';
import type { BusEvent, Rule, Target } from './buses.ts';

export interface DeliveriesOptions {
  readonly queues: Pick<Queues, 'send'>;
  readonly functions: InvocableFunctions;
  /** Whether the service may do that for one of its rules. */
  readonly authorize: (source: string, action: string, resource: string) => Decision;
  readonly log: (line: string) => void;
}

/** Hands events to the targets of rules. */
export interface Deliveries {
  /** Resolves when queues have it; functions work on. */
  readonly deliver: (event: BusEvent, rules: readonly Rule[]) => Promise<void>;
  readonly isIdle: () => boolean;
  /** Resolves when every function has ended. */
  readonly settle: () => Promise<void>;
}

/** Lambda tries an asynchronous invocation three times in all. */
const tries = 3;
const service = 'events.amazonaws.com';

/** Whatever AWS would try again later is tried again at once. */
export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const running = new Set<Promise<void>>();
  const hand = async (event: BusEvent, rule: Rule, target: Target): Promise<void> => {
    if (target.Arn.startsWith('arn:aws:sqs:')) {
      await sendTo(options, event, rule, target);
      return;
    }
    const run: Promise<void> = invoke(options, event, rule, target).finally(() => running.delete(run));
    running.add(run);
  };
  return {
    deliver: async (event, rules) => {
      for (const rule of rules) {
        for (const target of rule.targets.values()) await hand(event, rule, target);
      }
    },
    isIdle: () => running.size === 0,
    settle: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

async function sendTo(
  options: DeliveriesOptions,
  event: BusEvent,
  rule: Rule,
  target: Target,
): Promise<void> {
  const decision = options.authorize(rule.arn, 'sqs:SendMessage', target.Arn);
  if (decision !== 'allowed') {
    await undelivered(options, event, rule, target, `it may not sqs:SendMessage, ${decision.denied}`);
    return;
  }
  try {
    await options.queues.send(target.Arn, JSON.stringify(event), service);
  } catch (error) {
    await undelivered(options, event, rule, target, error instanceof Error ? error.message : String(error));
  }
}

async function invoke(
  options: DeliveriesOptions,
  event: BusEvent,
  rule: Rule,
  target: Target,
): Promise<void> {
  const lambda = options.functions.find(target.Arn);
  if (lambda === undefined || !options.functions.mayInvoke(target.Arn, service, rule.arn)) {
    const reason = lambda === undefined ? 'there is no such function' : 'no AWS::Lambda::Permission lets it';
    await undelivered(options, event, rule, target, reason);
    return;
  }
  const requestId = randomUUID();
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if ((await lambda.invoke(event, requestId)).kind === 'returned') return;
  }
  options.log(`the rule ${rule.arn} gave up: ${target.Arn} failed ${tries} times`);
}

async function undelivered(
  { log, authorize, queues }: DeliveriesOptions,
  event: BusEvent,
  rule: Rule,
  { Arn: target, DeadLetterConfig: deadLetters }: Target,
  reason: string,
): Promise<void> {
  log(`!! the rule ${rule.arn} could not deliver to ${target}: ${reason}`);
  if (deadLetters === undefined) return;
  const decision = authorize(rule.arn, 'sqs:SendMessage', deadLetters.Arn);
  if (decision === 'allowed') await queues.send(deadLetters.Arn, JSON.stringify(event), service);
  else log(`!! the rule ${rule.arn} may not sqs:SendMessage to ${deadLetters.Arn}`);
}
