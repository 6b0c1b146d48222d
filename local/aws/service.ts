import * as v from 'valibot';
import type { Permission } from '../iam/policy.ts';
import type { Session } from './call.ts';

/** A refusal in the service's own words, as it goes over the wire. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** A permission that a call needs; `refusal` where the service says a denial in words of its own. */
export interface Requirement extends Permission {
  readonly refusal?: (message: string) => AwsError;
}

export interface Capacity {
  readonly read: number;
  readonly write: number;
}

/** What goes back over the wire. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The error code of a refusal that the service itself gave. */
  readonly error?: string;
  readonly capacity?: Capacity;
}

export type Input = Readonly<Record<string, unknown>>;

/** Who calls, for the operations whose answer depends on it. */
export interface Caller {
  /** As AWS names a caller: the session of a role, or a user. */
  readonly arn: string;
  /** The role or the user itself. */
  readonly principal: string;
  readonly account: string;
  readonly organization?: string;
  readonly session?: Session;
}

/** What an operation does that leaves some of its work undone, and how its reply tells so. */
export interface InPart {
  readonly input: Input;
  readonly tell: (reply: Reply) => Reply;
}

/** One AWS service behind the front. Every method may throw `AwsError`. */
export interface Service {
  /** The prefix of its IAM actions, which is also the service of its credential scope. */
  readonly prefix: string;
  /** What IAM must allow before the operation runs; an operation the service lacks is refused here. */
  readonly requirements: (operation: string, input: Input) => Promise<readonly Requirement[]>;
  readonly handle: (operation: string, input: Input, caller: Caller) => Promise<Reply>;
  /** Absent, or undefined: the operation is done as a whole or not at all. */
  readonly inPart?: (operation: string, input: Input) => InPart | undefined;
  readonly throttled: AwsError;
  readonly unavailable: AwsError;
}

export type Operation = (input: Input, caller: Caller) => unknown;

/** An operation that reads its input by a schema; what does not fit is the service's ValidationException. */
export function operation<Schema extends v.GenericSchema>(
  schema: Schema,
  run: (input: v.InferOutput<Schema>, caller: Caller) => unknown,
): Operation {
  return (input, caller) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return run(parsed.output, caller);
    const [issue] = parsed.issues;
    const field = v.getDotPath(issue) ?? 'request';
    throw validation(
      `Value at '${field.charAt(0).toLowerCase()}${field.slice(1)}' failed to satisfy constraint: ${issue.message}`,
    );
  };
}

export function validation(problem: string): AwsError {
  return new AwsError('ValidationException', `1 validation error detected: ${problem}`);
}

export function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', '');
}

/** Runs one of a service's operations; what it answers is its JSON reply. */
export async function run(
  operations: Readonly<Record<string, Operation>>,
  name: string,
  input: Input,
  caller: Caller,
): Promise<Reply> {
  const found = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (found === undefined) throw unknownOperation();
  const output: unknown = await found(input, caller);
  return { status: 200, body: JSON.stringify(output ?? {}) };
}

export function refusal(error: AwsError): Reply {
  return {
    status: error.status,
    body: JSON.stringify({ __type: error.code, message: error.message }),
    error: error.code,
  };
}
