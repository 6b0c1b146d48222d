import { setTimeout } from 'node:timers/promises';
import { DependencyUnavailable } from '../runtime/dependency.ts';
import { logger } from '../runtime/log.ts';
import type { Result } from '../runtime/result.ts';
import { type CustomResourceRequest, readEnvelope } from './event.ts';
import { type Answer, type Attributes, respond } from './respond.ts';

interface CustomResourceOptions<Event extends CustomResourceRequest> {
  /** Undefined for an event that is none of this function's. */
  readonly read: (event: unknown) => Event | undefined;
  /** Does what the event asks, and answers its attributes; a refusal is the sentence that the person deploying reads. */
  readonly carryOut: (event: Event) => Promise<Result<Attributes | undefined, string>>;
  /** The name of what the event declares: under another name than before it is another thing. */
  readonly physicalIdOf: (event: Event) => string | undefined;
  /** As people know the function. */
  readonly name: string;
  /** Pauses, in milliseconds, before each new try of what an AWS service refused. */
  readonly pauses: readonly number[];
}

/** The protocol of a custom resource: whatever happens, CloudFormation gets an answer and does not wait an hour. */
export function customResource<Event extends CustomResourceRequest>(
  options: CustomResourceOptions<Event>,
): (event: unknown) => Promise<void> {
  return async (input) => {
    const envelope = readEnvelope(input);
    const event = options.read(input);
    const unknown: Answer = {
      status: 'FAILED',
      physicalResourceId: envelope.PhysicalResourceId ?? `not-created/${envelope.LogicalResourceId}`,
      reason: 'the event is not one of a custom resource of Vestibule',
    };
    await respond(envelope, event === undefined ? unknown : await answerTo(event, options));
  };
}

async function answerTo<Event extends CustomResourceRequest>(
  event: Event,
  options: CustomResourceOptions<Event>,
): Promise<Answer> {
  const declared = options.physicalIdOf(event);
  const notCreated = `not-created/${event.LogicalResourceId}`;
  const present = event.RequestType === 'Create' ? undefined : event.PhysicalResourceId;
  try {
    const carried = await persistently(() => options.carryOut(event), options.pauses);
    // A failed creation is deleted again: under this id the deletion touches nothing that others created.
    if (!carried.ok) return failed(present ?? notCreated, carried.refusal);
    const kept = event.RequestType === 'Delete' ? present : declared;
    return {
      status: 'SUCCESS',
      physicalResourceId: kept ?? present ?? notCreated,
      ...(carried.value && { attributes: carried.value }),
    };
  } catch (error) {
    logger.error('custom resource failed', { requestId: event.RequestId, error });
    // Something may have been written, so that the deletion which follows must find it.
    return failed(present ?? declared ?? notCreated, reasonOf(error, event.RequestId, options.name));
  }
}

/**
 * One failed resource rolls the whole deployment back, and a permission that the same deployment granted may take
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

function reasonOf(error: unknown, requestId: string, name: string): string {
  return error instanceof DependencyUnavailable
    ? `${error.message}; deploy again`
    : `${name} failed; its log tells why, under request ${requestId}`;
}
