import { UsageError } from './failure.ts';
import type { OptionName, Values } from './options.ts';

/** The options that say which AWS workload a client is. */
export const awsOptions = [
  'aws-role',
  'aws-issuer',
  'aws-organization',
  'aws-principal-tag',
  'aws-lambda-function',
] as const satisfies readonly OptionName[];

/** The member `aws` of a client's declaration; `undefined` where no option speaks of it. */
export function awsWorkload(values: Values): Readonly<Record<string, unknown>> | undefined {
  if (awsOptions.every((name) => values[name] === undefined)) return undefined;
  const members = {
    issuer: values['aws-issuer'],
    role: values['aws-role'],
    organization: values['aws-organization'],
    principal_tags: values['aws-principal-tag'] && Object.fromEntries(values['aws-principal-tag'].map(tag)),
    lambda_functions: values['aws-lambda-function'],
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function tag(text: string): readonly [key: string, value: string] {
  const separator = text.indexOf('=');
  if (separator < 1) {
    throw new UsageError(`--aws-principal-tag ${text}: must be <key>=<value>, such as team=data`);
  }
  return [text.slice(0, separator), text.slice(separator + 1)];
}
