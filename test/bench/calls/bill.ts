import { type CountedOperation, countOf, type SigningMode } from './counted.ts';
import { dollarsFor, prices } from './prices.ts';

export interface BillLine {
  readonly what: string;
  /** For a million requests. */
  readonly dollars: number;
}

/**
 * Billed milliseconds of one warm request. An assumption, because nothing on this machine answers as slowly as AWS
 * and identity providers do.
 */
const milliseconds = { own: 1, provider: 150 };
const ofServices = [
  ['kms:', 10],
  ['dynamodb:', 4],
  ['lambda:', 10],
] as const;

/** What a million of these requests cost, by what is paid for. */
export function billOf(operation: CountedOperation, accessLogBytes: number): readonly BillLine[] {
  const million = 1e6;
  const { readUnits, writeUnits, behind } = operation;
  const logBytes = operation.logBytes + (behind?.logBytes ?? 0);
  const gigabyteSeconds = billedTimes(operation).reduce(
    (sum, { milliseconds: time, memoryMegabytes }) => sum + (memoryMegabytes / 1024) * (time / 1000),
    0,
  );
  const dynamo =
    dollarsFor(prices.readUnit, readUnits * million) + dollarsFor(prices.writeUnit, writeUnits * million);
  return [
    { what: 'HTTP API', dollars: dollarsFor(prices.httpApiRequest, million) },
    {
      what: 'Lambda',
      dollars:
        dollarsFor(prices.lambdaRequest, behind === undefined ? million : 2 * million) +
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

export interface BilledTime {
  readonly milliseconds: number;
  readonly memoryMegabytes: number;
}

/** Of the function that was asked, and of the one that it waits for. */
export function billedTimes(operation: CountedOperation): readonly BilledTime[] {
  const { memoryMegabytes, behind } = operation;
  const own = milliseconds.own + waitOf(operation);
  if (behind === undefined) return [{ milliseconds: own, memoryMegabytes }];
  const itsOwn = milliseconds.own + behind.answered * milliseconds.provider;
  return [
    { milliseconds: own + itsOwn, memoryMegabytes },
    { milliseconds: itsOwn + waitOf(behind), memoryMegabytes: behind.memoryMegabytes },
  ];
}

function waitOf(counted: Pick<CountedOperation, 'calls'>): number {
  return ofServices.reduce((sum, [service, wait]) => sum + countOf(counted, service) * wait, 0);
}

/** Dollars for a million tokens. */
export const costBudgets: Readonly<Record<SigningMode, number>> = { kms: 5, envelope: 2 };
