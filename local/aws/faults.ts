export type FaultKind = 'throttle' | 'down' | 'timeout' | 'crash' | 'delay';

/** Strikes calls number `from` to `to` (counted from 1, from when the rule was added) of one operation. */
export interface FaultRule {
  /** For instance `kms:Sign`; `dynamodb:*` counts every call of a service. */
  readonly action: string;
  readonly kind: FaultKind;
  readonly from: number;
  /** `Infinity` for every later call too. */
  readonly to: number;
  /** Only calls of principals whose role name contains this. */
  readonly role?: string;
  /** `delay`: the longest wait; each call waits a random part of it. */
  readonly milliseconds?: number;
}

export interface FaultPlan {
  /** A rule, or rules in the grammar of VESTIBULE_FAULTS. */
  readonly add: (rule: FaultRule | string) => void;
  readonly clear: () => void;
  /** Counts one call against every rule and answers the faults that strike it. */
  readonly strike: (action: string, principal: string) => readonly FaultRule[];
}

/** Throws on text that is not in the grammar, naming the field, the value and the fix. */
export function createFaultPlan(text = ''): FaultPlan {
  throw new Error(text);
}
