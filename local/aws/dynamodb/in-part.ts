import type { Input, InPart, Reply } from '../service.ts';
import { objectOf } from './accesses.ts';

/** DynamoDB short of capacity for a batch: it reads the first key, and names those that it left out. */
export function firstOfBatch(operation: string, input: Input): InPart | undefined {
  if (operation !== 'BatchGetItem') return undefined;
  const asked = Object.entries(objectOf(input['RequestItems'])).flatMap(([table, request]) => {
    const { Keys: keys, ...how } = objectOf(request);
    return (keys as readonly object[]).map((key) => ({ table, how, key }));
  });
  const [first, ...left] = asked;
  if (first === undefined) return undefined;
  return {
    input: { ...input, RequestItems: requestsFor([first]) },
    tell: (reply) => withUnprocessed(reply, requestsFor(left)),
  };
}

interface Asked {
  readonly table: string;
  readonly how: Input;
  readonly key: object;
}

function requestsFor(asked: readonly Asked[]): Input {
  const tables = [...new Set(asked.map(({ table }) => table))];
  return Object.fromEntries(
    tables.map((table) => {
      const those = asked.filter((one) => one.table === table);
      return [table, { ...those[0]?.how, Keys: those.map(({ key }) => key) }];
    }),
  );
}

function withUnprocessed(reply: Reply, left: Input): Reply {
  if (reply.error !== undefined) return reply;
  const output = JSON.parse(reply.body) as Input;
  return { ...reply, body: JSON.stringify({ ...output, UnprocessedKeys: left }) };
}
