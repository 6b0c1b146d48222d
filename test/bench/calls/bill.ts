import { type CountedOperation, countOf, type SigningMode } from './counted.ts';
import { dollarsFor, prices } from './prices.ts';

export interface BillLine {
  readonly what: string;
  /** For a million requests. */
  readonly dollars: number;
}

/**
 * Billed milliseconds of one warm request. An assumption, because nothing on this machine answers as slowly as AWS
 * does: 10 for KMS, 4 for DynamoDB, and 1 for ourselves.
 */
const milliseconds = { own: 1, 'kms:': 10, 'dynamodb:': 4 };

/** What a million of these requests cost, by what is paid for. */
export function billOf(operation: CountedOperation, accessLogBytes: number): readonly BillLine[] {
  const million = 1e6;
  const { readUnits, writeUnits, logBytes, memoryMegabytes } = operation;
  const gigabyteSeconds = (memoryMegabytes / 1024) * (billedMilliseconds(operation) / 1000);
  const dynamo =
    dollarsFor(prices.readUnit, readUnits * million) + dollarsFor(prices.writeUnit, writeUnits * million);
  return [
    { what: 'HTTP API', dollars: dollarsFor(prices.httpApiRequest, million) },
    {
      what: 'Lambda',
      dollars:
        dollarsFor(prices.lambdaRequest, million) +
        dollarsFor(prices.lambdaGigabyteSecond, gigabyteSeconds * million),
    },
    { what: 'DynamoDB', dollars: dynamo },
    { what: 'KMS', dollars: dollarsFor(prices.kmsRequest, countOf(operation, 'kms:') * million) },
    { what: 'Logs', dollars: dollarsFor(prices.logGigabyte, (logBytes + accessLogBytes) * million) },
  ];
}

export function totalOf(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { dollars }) => sum + dollars, 0);
}

/**
 * The bill of one request a second on one instance: as long as a read of the registry may be used, one request of five
 * makes it for the others.
 */
export function billAtOneASecond(warm: readonly BillLine[], stale: readonly BillLine[]): readonly BillLine[] {
  return warm.map(({ what, dollars }, line) => ({
    what,
    dollars: (4 * dollars + (stale[line]?.dollars ?? 0)) / 5,
  }));
}

export function billedMilliseconds(operation: CountedOperation): number {
  const waits = (['kms:', 'dynamodb:'] as const).map(
    (service) => countOf(operation, service) * milliseconds[service],
  );
  return waits.reduce((sum, wait) => sum + wait, milliseconds.own);
}

/** Dollars for a million tokens. */
export const costBudgets: Readonly<Record<SigningMode, number>> = { kms: 5, envelope: 2 };
