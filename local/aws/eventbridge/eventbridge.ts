import type * as v from 'valibot';
import type { VirtualClock } from '../../clock.ts';
import {
  AwsError,
  type Input,
  operation,
  type Operation,
  run,
  type Service,
  unknownOperation,
} from '../service.ts';
import type { StateFile } from '../state-file.ts';
import { type BusEvent, type Buses, busName, createBuses, type EventsState } from './buses.ts';
import type { Deliveries } from './deliveries.ts';
import { checkRequest, eventOf, firstOfEntries, putEventsInput, resultOf } from './put-events.ts';
import { ruleOperations } from './rules.ts';

export interface EventBridgeOptions {
  readonly file: StateFile<EventsState>;
  readonly region: string;
  readonly account: string;
  readonly clock: VirtualClock;
  readonly deliveries: Deliveries;
  readonly log: (line: string) => void;
}

export interface EventBridge {
  readonly service: Service;
  /** What a bus was told, by its name or its ARN: the newest 5,000 events, the oldest first. */
  readonly told: (bus: string) => readonly BusEvent[];
}

/**
 * Event buses with rules, of docs.aws.amazon.com/eventbridge/latest/APIReference: exact patterns, and targets that are queues or
 * functions.
 */
export function createEventBridge(options: EventBridgeOptions): EventBridge {
  const { region, account } = options;
  const buses = createBuses(options.file);
  const arn = (resource: string): string => `arn:aws:events:${region}:${account}:${resource}`;
  const operations: Record<string, Operation> = {
    ...ruleOperations(buses, arn),
    PutEvents: operation(putEventsInput, (input) => putEvents(buses, options, input)),
  };
  return {
    service: {
      prefix: 'events',
      throttled: new AwsError('ThrottlingException', 'Rate exceeded'),
      unavailable: new AwsError('InternalException', 'This exception occurs due to unexpected causes.', 500),
      requirements: (name, input) => {
        if (!Object.hasOwn(operations, name)) throw unknownOperation();
        const action = `events:${name}`;
        return Promise.resolve(concerned(name, input).map((each) => ({ action, resource: arn(each) })));
      },
      handle: (name, input, caller) => run(operations, name, input, caller),
      inPart: firstOfEntries,
    },
    told: (bus) => buses.told(busName(bus)),
  };
}

async function putEvents(
  buses: Buses,
  { region, account, clock, deliveries, log }: EventBridgeOptions,
  { Entries: entries }: v.InferOutput<typeof putEventsInput>,
): Promise<object> {
  checkRequest(entries);
  const events = entries.map((each) => eventOf(each, { region, account, now: clock.now() }));
  const matched = events.map((event, at) => {
    const bus = busName(entries[at]?.EventBusName ?? '');
    if ('ErrorCode' in event) return [];
    if (buses.has(bus)) return buses.tell(bus, event);
    // github.com/aws/aws-sdk issue 186: AWS takes events for a bus that is not there, and nobody gets them.
    log(`!! nobody gets the event ${event['detail-type']}: there is no event bus ${bus}`);
    return [];
  });
  await buses.commit();
  for (const [at, event] of events.entries()) {
    if (!('ErrorCode' in event)) await deliveries.deliver(event, matched[at] ?? []);
  }
  return resultOf(events.map((event) => ('ErrorCode' in event ? event : { EventId: event.id })));
}

/** The resources of an operation, without what comes before in their ARNs. */
function concerned(name: string, input: Input): readonly string[] {
  if (name === 'PutEvents') return [...new Set(busesIn(input).map((bus) => `event-bus/${bus}`))];
  if (name.endsWith('EventBus')) return [`event-bus/${textOf(input['Name'])}`];
  const bus = busName(textOf(input['EventBusName'] ?? 'default'));
  const rule = textOf(input['Rule'] ?? input['Name']);
  return [bus === 'default' ? `rule/${rule}` : `rule/${bus}/${rule}`];
}

function busesIn({ Entries: entries }: Input): readonly string[] {
  const given = Array.isArray(entries) ? (entries as readonly Input[]) : [];
  return given.map(({ EventBusName: name = 'default' }) => busName(textOf(name)));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
