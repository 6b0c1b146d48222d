import type { AwsCall } from '../../../local/aws/call.ts';

export type SigningMode = 'kms' | 'envelope';

/** What one request needed of AWS, as the local run counted it. */
export interface CountedOperation {
  readonly name: string;
  /** Absent: the same in every signing mode. */
  readonly signing?: SigningMode;
  /** What was known to the instance before the request. */
  readonly state: 'cold instance' | 'stale' | 'warm';
  /** Calls by operation, `dynamodb:BatchGetItem` for instance. */
  readonly calls: ReadonlyMap<string, number>;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** What the function's log takes for it. */
  readonly logBytes: number;
  readonly memoryMegabytes: number;
  /** The function behind it, which it invokes and waits for. Its calls are among the `calls`. */
  readonly behind?: BehindFunction;
}

export interface BehindFunction {
  readonly calls: ReadonlyMap<string, number>;
  /** Requests to an identity provider. */
  readonly answered: number;
  readonly logBytes: number;
  readonly memoryMegabytes: number;
}

/** Sends one request, and takes down what the functions asked of AWS for it. */
export type Count = (
  operation: Pick<CountedOperation, 'name' | 'state'> & {
    readonly function: string;
    readonly bySigning?: true;
    /** The function that it waits for, and how many answers that has had so far. */
    readonly behind?: { readonly function: string; readonly answered: () => number };
  },
  request: () => Promise<{ readonly status: number; readonly text: string }>,
) => Promise<CountedOperation>;

export function callsOf(
  calls: readonly AwsCall[],
): Pick<CountedOperation, 'calls' | 'readUnits' | 'writeUnits'> {
  const counts = new Map<string, number>();
  for (const { action } of calls) counts.set(action, (counts.get(action) ?? 0) + 1);
  const units = (kind: 'read' | 'write'): number =>
    calls.reduce((sum, { capacityUnits }) => sum + (capacityUnits?.[kind] ?? 0), 0);
  return { calls: counts, readUnits: units('read'), writeUnits: units('write') };
}

/** `1 BatchGetItem + 1 Sign`. */
export function formatCalls(calls: ReadonlyMap<string, number>): string {
  const parts = [...calls].map(([action, count]) => `${count} ${action.slice(action.indexOf(':') + 1)}`);
  return parts.length === 0 ? 'none' : parts.join(' + ');
}

export function countOf({ calls }: Pick<CountedOperation, 'calls'>, prefix: string): number {
  return [...calls].reduce((sum, [action, count]) => (action.startsWith(prefix) ? sum + count : sum), 0);
}

/** One way for a machine to get a token, as it is with and without a read of the registry. */
export interface PricedToken {
  readonly name: string;
  readonly signing: SigningMode;
  readonly warm: CountedOperation;
  readonly stale: CountedOperation;
}

export function pricedTokens(operations: readonly CountedOperation[]): readonly PricedToken[] {
  return operations.flatMap((warm) => {
    const { name, signing, state } = warm;
    if (signing === undefined || state !== 'warm' || !name.startsWith('client_credentials')) return [];
    const stale = operations.find(
      (other) => other.name === name && other.signing === signing && other.state === 'stale',
    );
    return stale === undefined ? [] : [{ name, signing, warm, stale }];
  });
}
