import * as v from 'valibot';
import { readTaskMessage } from '../../adapters/sqs/task-message.ts';
import type { TaskMessage } from '../../ports/task-work.ts';
import { logger } from '../../runtime/log.ts';

const received = v.object({ Records: v.array(v.object({ messageId: v.string(), body: v.string() })) });

export interface Received {
  readonly messageId: string;
  /** Undefined where nothing of ours wrote it: it comes again until it is put aside for people to look at. */
  readonly message: TaskMessage | undefined;
}

/** Reads what Lambda brings from the queue. Throws on anything else, which is a defect of ours. */
export function readMessages(event: unknown): readonly Received[] {
  const read = v.safeParse(received, event);
  if (!read.success) throw new Error('the event is not of a queue');
  return read.output.Records.map(({ messageId, body }) => {
    const message = readTaskMessage(body);
    if (message === undefined) logger.error('defect', { messageId, error: 'a message of another form' });
    return { messageId, message };
  });
}
