import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** What clients have asked of AWS. */
export interface Tally {
  /** Calls by operation, retries included; `dynamodb:UpdateItem` for instance. */
  readonly calls: ReadonlyMap<string, number>;
  /** Of writes that were made, indexes included. */
  readonly writeUnits: number;
}

/** Counts from now on; `take` answers what was counted since the last one. */
export interface Tallied {
  readonly count: (action: string) => void;
  readonly charge: (writeUnits: number) => void;
  readonly take: () => Tally;
}

export function tallied(): Tallied {
  let [calls, writeUnits] = [new Map<string, number>(), 0];
  return {
    count: (action) => calls.set(action, (calls.get(action) ?? 0) + 1),
    charge: (units) => {
      writeUnits += units;
    },
    take: () => {
      const taken = { calls, writeUnits };
      [calls, writeUnits] = [new Map<string, number>(), 0];
      return taken;
    },
  };
}

/** At this step each try passes, and not each command alone. */
const eachTry = { step: 'deserialize', priority: 'low', name: 'tallied' } as const;

export function talliedDynamo(client: DynamoDBClient, tally: Tallied): DynamoDBClient {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        tally.count(actionOf('dynamodb', commandName));
        return next(args);
      },
    eachTry,
  );
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'UpdateItemCommand') return next(args);
        const answer = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'TOTAL' } });
        tally.charge(unitsOf(answer.output));
        return answer;
      },
    { step: 'initialize', name: 'charged' },
  );
  return client;
}

export function talliedSqs(client: SQSClient, tally: Tallied): SQSClient {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        tally.count(actionOf('sqs', commandName));
        return next(args);
      },
    eachTry,
  );
  return client;
}

function unitsOf(output: object): number {
  const consumed = 'ConsumedCapacity' in output ? output.ConsumedCapacity : undefined;
  if (typeof consumed !== 'object' || consumed === null || !('CapacityUnits' in consumed)) return 0;
  return Number(consumed.CapacityUnits);
}

function actionOf(service: string, commandName = ''): string {
  return `${service}:${commandName.replace(/Command$/, '')}`;
}
