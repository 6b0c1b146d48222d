import * as v from 'valibot';
import { AwsError, operation, type Operation } from '../service.ts';
import { type Buses, busName, type Rule } from './buses.ts';

const name = v.pipe(v.string(), v.regex(/^[\w./-]{1,256}$/));
const bus = v.optional(v.pipe(v.string(), v.transform(busName)), 'default');
const target = v.strictObject({
  Id: v.string(),
  Arn: v.pipe(
    v.string(),
    v.regex(
      /^arn:aws:(sqs:[^:]*:\d+:[\w-]+|lambda:[^:]*:\d+:function:[\w-]+)$/,
      'the local run knows queues and functions only',
    ),
  ),
  DeadLetterConfig: v.optional(v.strictObject({ Arn: v.string() })),
  RetryPolicy: v.optional(v.record(v.string(), v.number())),
});

/** What is made of buses and rules, as the template and tests do. */
export function ruleOperations(buses: Buses, arn: (resource: string) => string): Record<string, Operation> {
  const arnOfRule = (on: string, rule: string): string =>
    arn(on === 'default' ? `rule/${rule}` : `rule/${on}/${rule}`);
  return {
    ...busOperations(buses, arn),
    ...targetOperations(buses),
    PutRule: operation(
      v.strictObject({
        ...{ Name: name, EventBusName: bus, EventPattern: v.string() },
        State: v.optional(v.picklist(['ENABLED', 'DISABLED']), 'ENABLED'),
      }),
      ({ Name, EventBusName, EventPattern: pattern, State }) => {
        const ruleArn = arnOfRule(existingBus(buses, EventBusName), Name);
        buses.putRule(EventBusName, Name, { arn: ruleArn, pattern, isEnabled: State === 'ENABLED' });
        return { RuleArn: ruleArn };
      },
    ),
    DeleteRule: operation(v.strictObject({ Name: name, EventBusName: bus }), ({ Name, EventBusName }) => {
      if ((buses.rule(existingBus(buses, EventBusName), Name)?.targets.size ?? 0) > 0) {
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      buses.removeRule(EventBusName, Name);
    }),
  };
}

function busOperations(buses: Buses, arn: (resource: string) => string): Record<string, Operation> {
  return {
    CreateEventBus: operation(v.strictObject({ Name: name }), ({ Name }) => {
      if (buses.has(Name)) {
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${Name} already exists.`);
      }
      buses.add(Name);
      return { EventBusArn: arn(`event-bus/${Name}`) };
    }),
    DeleteEventBus: operation(v.strictObject({ Name: name }), ({ Name }) => {
      buses.remove(Name);
    }),
  };
}

function targetOperations(buses: Buses): Record<string, Operation> {
  const targetsOf = (on: string, wanted: string): Rule['targets'] => {
    const found = buses.rule(existingBus(buses, on), wanted);
    if (found !== undefined) return found.targets;
    throw new AwsError('ResourceNotFoundException', `Rule ${wanted} does not exist on EventBus ${on}.`);
  };
  const some = v.pipe(v.array(target), v.minLength(1), v.maxLength(5));
  return {
    PutTargets: operation(
      v.strictObject({ Rule: name, EventBusName: bus, Targets: some }),
      ({ Rule: rule, EventBusName, Targets }) => {
        const targets = targetsOf(EventBusName, rule);
        for (const each of Targets) targets.set(each.Id, each);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
    RemoveTargets: operation(
      v.strictObject({ Rule: name, EventBusName: bus, Ids: v.array(v.string()) }),
      ({ Rule: rule, EventBusName, Ids }) => {
        const targets = targetsOf(EventBusName, rule);
        for (const id of Ids) targets.delete(id);
        return { FailedEntryCount: 0, FailedEntries: [] };
      },
    ),
  };
}

function existingBus(buses: Buses, wanted: string): string {
  if (buses.has(wanted)) return wanted;
  throw new AwsError('ResourceNotFoundException', `Event bus ${wanted} does not exist.`);
}
