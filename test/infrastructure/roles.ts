import { expect } from 'vitest';
import type { VestibuleConfig } from '../../lib/index.ts';
import { readable, templateOf, withoutHash } from './synthesized.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What each function of a deployment may do, by the function's name; all of them may send traces. */
export function matrixOf(config: VestibuleConfig): Readonly<Record<string, readonly object[]>> {
  return statementsOf(config, (statement) => !isTracing(statement));
}

/** What each function may do to be traced. */
export function tracingOf(config: VestibuleConfig): Readonly<Record<string, readonly object[]>> {
  return statementsOf(config, isTracing);
}

function statementsOf(
  config: VestibuleConfig,
  isWanted: (statement: Statement) => boolean,
): Readonly<Record<string, readonly object[]>> {
  const policies = templateOf(config).findResources('AWS::IAM::Policy');
  return Object.fromEntries(
    Object.entries(policies).map(([id, policy]) => {
      const { Properties: properties } = policy as {
        Properties: { PolicyDocument: { Statement: readonly Statement[] } };
      };
      const name = withoutHash(id).replace(/^Vestibule(\w+)RoleDefaultPolicy$/, '$1');
      return [name, properties.PolicyDocument.Statement.filter(isWanted).map(read)];
    }),
  );
}

function isTracing({ Action: action }: Statement): boolean {
  return [action].flat().every((name) => name.startsWith('xray:'));
}

function read({
  Effect: effect,
  Action: action,
  Resource: resource,
  Condition: condition = {},
}: Statement): object {
  expect(effect).toBe('Allow');
  const conditions = Object.entries(condition).flatMap(([operator, block]) =>
    Object.entries(block).map(([key, value]) => [
      `${operator} ${key}`,
      Array.isArray(value) ? (value as unknown[]).map(readable) : readable(value),
    ]),
  );
  return row(
    [action].flat().toSorted(),
    [resource].flat().map(readable).join(' '),
    Object.fromEntries(conditions) as Record<string, unknown>,
  );
}

/** One statement: its actions, on what, and under which conditions. */
export function row(
  actions: readonly string[],
  resource: string,
  when: Readonly<Record<string, unknown>> = {},
): object {
  return { actions, resource, when };
}

export const registry = '<VestibuleRegistryTable.Arn>';
export const grants = '<VestibuleGrantsTable.Arn>';
export const anyKey = 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/*';

/** Every function writes its own log, and no other. */
export function writesItsLog(name: string): object {
  return row(['logs:CreateLogStream', 'logs:PutLogEvents'], `<Vestibule${name}Logs.Arn>`);
}

/** What every function has that signs tokens. */
export const signs = row(['kms:Sign'], anyKey, {
  'StringEquals aws:ResourceTag/vestibule:signing': 'Vestibule',
  'StringEquals kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
  'StringEquals kms:MessageType': 'DIGEST',
});

/** What every function has that reads a secret of ours: Secrets Manager decrypts it for the function. */
export const readsSecrets = row(['kms:Decrypt'], '<VestibuleDataKey.Arn>', {
  'StringEquals kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com',
});

/** The condition that leaves a role these items. */
export function keys(...patterns: readonly string[]): Readonly<Record<string, unknown>> {
  return { 'ForAllValues:StringLike dynamodb:LeadingKeys': patterns };
}
