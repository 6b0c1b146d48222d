import type { Capacity, Input } from '../service.ts';

const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'];

interface Consumed {
  readonly CapacityUnits?: number;
}

/** Whether a request can be asked for its capacity. */
export function isMetered(operation: string): boolean {
  return writes.includes(operation) || /^(GetItem|BatchGetItem|Query|Scan|TransactGetItems)$/.test(operation);
}

/** The units of a reply's ConsumedCapacity, which the engine counts as DynamoDB does. */
export function capacityOf(operation: string, consumed: unknown): Capacity {
  const list = [consumed].flat() as readonly (Consumed | undefined)[];
  const units = list.reduce((sum, each) => sum + (each?.CapacityUnits ?? 0), 0);
  return writes.includes(operation) ? { read: 0, write: units } : { read: units, write: 0 };
}

/** A write whose condition failed is charged too, but its error carries no figure: one unit an item, two in a transaction. */
export function capacityOfFailure(operation: string, error: string, input: Input): Capacity | undefined {
  if (error === 'ConditionalCheckFailedException') return { read: 0, write: 1 };
  if (error !== 'TransactionCanceledException' || operation !== 'TransactWriteItems') return undefined;
  const items = input['TransactItems'];
  return { read: 0, write: Array.isArray(items) ? 2 * items.length : 0 };
}
