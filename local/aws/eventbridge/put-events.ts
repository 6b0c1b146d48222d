import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { AwsError, type Input, type InPart, validation } from '../service.ts';
import type { BusEvent } from './buses.ts';

/** The constraints of an entry are judged one by one: what does not fit is told beside what does. */
const entry = v.strictObject({
  Source: v.optional(v.string(), ''),
  DetailType: v.optional(v.string(), ''),
  Detail: v.optional(v.string(), ''),
  EventBusName: v.optional(v.string(), 'default'),
  Resources: v.optional(v.array(v.string()), []),
  /** Seconds. */
  Time: v.optional(v.number()),
});
export const putEventsInput = v.strictObject({ Entries: v.array(entry) });

type Entry = v.InferOutput<typeof entry>;

/** Bytes, of a request: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html. */
const largest = 1_048_576;

/** Throws what EventBridge refuses as a whole. */
export function checkRequest(entries: readonly Entry[]): void {
  if (entries.length < 1 || entries.length > 10) {
    const bound = entries.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10';
    throw validation(
      `Value '[PutEventsRequestEntry]' at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  if (entries.reduce((sum, each) => sum + sizeOf(each), 0) >= largest) {
    const problem = 'Total size of the entries in the request is over the limit.';
    throw new AwsError('ValidationException', problem);
  }
}

/** The User Guide counts so: §Calculating PutEvents event entry size. */
function sizeOf({ Source, DetailType, Detail, Resources, Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), Time === undefined ? 0 : 14);
}

/** The event of an entry, or why there is none. */
export function eventOf(
  given: Entry,
  { region, account, now }: { readonly region: string; readonly account: string; readonly now: number },
): BusEvent | EntryFailure {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => given[name] === '');
  if (missing !== undefined) {
    return failure(
      'InvalidArgument',
      `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    );
  }
  if (given.Source.startsWith('aws.')) {
    return failure('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  const detail = detailIn(given.Detail);
  if (detail === undefined) return failure('MalformedDetail', 'Detail is malformed.');
  const seconds = given.Time ?? now / 1_000;
  return {
    ...{ version: '0', id: randomUUID(), 'detail-type': given.DetailType, source: given.Source, account },
    time: new Date(Math.floor(seconds) * 1_000).toISOString().replace('.000Z', 'Z'),
    ...{ region, resources: given.Resources, detail },
  };
}

export interface EntryFailure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

function failure(ErrorCode: string, ErrorMessage: string): EntryFailure {
  return { ErrorCode, ErrorMessage };
}

function detailIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    return typeof detail === 'object' && detail !== null && !Array.isArray(detail)
      ? { ...detail }
      : undefined;
  } catch {
    return undefined;
  }
}

export function resultOf(results: readonly (EntryFailure | { readonly EventId: string })[]): object {
  return { FailedEntryCount: results.filter((each) => 'ErrorCode' in each).length, Entries: results };
}

/** EventBridge out of breath in the middle of a request: it takes the first entry, and no other. */
export function firstOfEntries(operation: string, input: Input): InPart | undefined {
  if (operation !== 'PutEvents' || !Array.isArray(input['Entries'])) return undefined;
  const [first, ...left] = input['Entries'] as readonly unknown[];
  return {
    input: { ...input, Entries: [first] },
    tell: (reply) => {
      if (reply.error !== undefined) return reply;
      const { Entries: done } = JSON.parse(reply.body) as { readonly Entries: readonly EntryFailure[] };
      const undone = left.map(() => failure('ThrottlingException', 'Rate exceeded'));
      return { ...reply, body: JSON.stringify(resultOf([...done, ...undone])) };
    },
  };
}
