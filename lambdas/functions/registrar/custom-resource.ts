import { setTimeout } from 'node:timers/promises';
import type { ManagedBy } from '../../ports/registry.ts';
import type { Author } from '../../registry/author.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { logger } from '../../runtime/log.ts';
import type { Result } from '../../runtime/result.ts';
import { type CustomResourceEvent, readEnvelope, readEvent } from './event.ts';
import { physicalIdOf } from './registrations.ts';
import { type Answer, respond } from './respond.ts';

interface CustomResourceOptions {
  readonly carryOut: (event: CustomResourceEvent, author: Author) => Promise<Result<undefined, string>>;
  readonly managedBy: ManagedBy;
  readonly clock: Clock;
  /** Pauses, in milliseconds, before each new try of what an AWS service refused. */
  readonly pauses: readonly number[];
}

/** The protocol of a custom resource: whatever happens, CloudFormation gets an answer and does not wait an hour. */
export function customResource(options: CustomResourceOptions): (event: unknown) => Promise<void> {
  return async (input) => {
    const envelope = readEnvelope(input);
    const event = readEvent(input);
    const unknown: Answer = {
      status: 'FAILED',
      physicalResourceId: envelope.PhysicalResourceId ?? `not-created/${envelope.LogicalResourceId}`,
      reason: 'the event is not one of a custom resource of Vestibule',
    };
    await respond(envelope, event === undefined ? unknown : await answerTo(event, options));
  };
}

async function answerTo(event: CustomResourceEvent, options: CustomResourceOptions): Promise<Answer> {
  const { managedBy, clock, carryOut } = options;
  const author = { managedBy, at: clock(), requestId: event.RequestId };
  const declared = physicalIdOf(event);
  const notCreated = `not-created/${event.LogicalResourceId}`;
  const present = event.RequestType === 'Create' ? undefined : event.PhysicalResourceId;
  try {
    const carried = await persistently(() => carryOut(event, author), options.pauses);
    // A failed creation is deleted again: under this id the deletion touches nothing that others created.
    if (!carried.ok) return failed(present ?? notCreated, carried.refusal);
    const kept = event.RequestType === 'Delete' ? present : declared;
    return { status: 'SUCCESS', physicalResourceId: kept ?? present ?? notCreated };
  } catch (error) {
    logger.error('custom resource failed', { requestId: event.RequestId, error });
    // Something may have been written, so that the deletion which follows must find it.
    return failed(present ?? declared ?? notCreated, reasonOf(error, event.RequestId));
  }
}

/**
 * One failed registration rolls the whole deployment back, and a permission that the same deployment granted may take
 * IAM some seconds to know. Whatever was done before the failure is found done by the next try.
 */
async function persistently<Value>(task: () => Promise<Value>, pauses: readonly number[]): Promise<Value> {
  for (const pause of pauses) {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) throw error;
      logger.warn('custom resource tried again', { error });
      await setTimeout(pause);
    }
  }
  return task();
}

function failed(physicalResourceId: string, reason: string): Answer {
  return { status: 'FAILED', physicalResourceId, reason };
}

function reasonOf(error: unknown, requestId: string): string {
  return error instanceof DependencyUnavailable
    ? `${error.message}; deploy again`
    : `the registrar failed; its log tells why, under request ${requestId}`;
}
