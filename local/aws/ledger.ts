import type { AwsCall, Ledger } from './call.ts';

const kept = 50_000;

/** The calls since the last reset, the newest 50,000 of them. */
export function createLedger(): Ledger & { readonly record: (call: AwsCall) => void } {
  let calls: AwsCall[] = [];
  return {
    calls: () => [...calls],
    reset: () => {
      calls = [];
    },
    record: (call) => {
      if (calls.length >= 2 * kept) calls = calls.slice(-kept);
      calls.push(call);
    },
  };
}
