import type { Permission } from '../iam/policy.ts';

/** Someone who may sign requests. */
export interface Principal {
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly session?: Session;
}

/** What AWS knows of the session of a role beyond the role. */
export interface Session {
  /** Of the role, and those given when it was assumed. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The Lambda function whose credentials these are. */
  readonly lambdaFunctionArn?: string;
}

/** One call that reached the front, whatever became of it. */
export interface AwsCall {
  /** The caller's ARN, or `anonymous` when its signature did not tell. */
  readonly principal: string;
  readonly instance?: string;
  /** The operation, for instance `dynamodb:TransactWriteItems`. */
  readonly action: string;
  readonly resources: readonly string[];
  /** What IAM was asked for this call, implied permissions included: `dynamodb:PutItem` inside a transaction. */
  readonly permissions: readonly Permission[];
  readonly outcome: 'ok' | 'denied' | 'fault' | 'error';
  /** For a denied call the missing action and, where a statement nearly matched, the condition that failed. */
  readonly error?: string;
  readonly milliseconds: number;
  readonly capacityUnits?: { readonly read: number; readonly write: number };
}

export type Authentication =
  | { readonly ok: true; readonly principal: Principal; readonly instance?: string }
  | { readonly ok: false; readonly code: 'missing' | 'unknown' | 'signature'; readonly refusal: string };

export interface Ledger {
  readonly calls: () => readonly AwsCall[];
  readonly reset: () => void;
}
