import * as v from 'valibot';
import { AwsError, type Caller, type Operation } from '../service.ts';

/** An operation that reads its input by a schema; what does not fit is refused as SQS refuses it. */
export function reading<Schema extends v.GenericSchema>(
  schema: Schema,
  work: (input: v.InferOutput<Schema>, caller: Caller) => unknown,
): Operation {
  return (input, caller) => {
    const parsed = v.safeParse(schema, input);
    if (parsed.success) return work(parsed.output, caller);
    const [issue] = parsed.issues;
    const name = v.getDotPath(issue) ?? 'request';
    if (issue.expected === 'never') {
      throw new AwsError('UnsupportedOperation', `There is no ${name} in the local SQS.`);
    }
    if (issue.input === undefined) {
      const problem = `The request must contain the parameter ${name}.`;
      throw new AwsError('MissingRequiredParameterException', problem);
    }
    throw invalidValue(name, issue.input, issue.message);
  };
}

export function invalidValue(name: string, value: unknown, reason: string): AwsError {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const problem = `Value ${text} for parameter ${name} is invalid. Reason: ${reason}`;
  return new AwsError('InvalidParameterValueException', problem);
}

export function wholeNumber(least: number, most: number): v.GenericSchema<number> {
  const reason = `Must be between ${least} and ${most}, if provided.`;
  return v.pipe(v.number(reason), v.integer(reason), v.minValue(least, reason), v.maxValue(most, reason));
}

const queryCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  InvalidParameterValueException: 'InvalidParameterValue',
  MissingRequiredParameterException: 'MissingParameter',
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
};
const named = /^(Batch|EmptyBatch|InvalidBatch|TooManyEntries|MessageNotInflight|UnsupportedOperation)/;

/** The code of an error in the protocol that SQS spoke before, which its clients are told beside the new one. */
export function queryErrorOf({ code, status }: Pick<AwsError, 'code' | 'status'>): string {
  const old = queryCodes[code] ?? (named.test(code) ? `AWS.SimpleQueueService.${code}` : code);
  return `${old};${status < 500 ? 'Sender' : 'Receiver'}`;
}
