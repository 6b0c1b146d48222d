import type { Kms } from '../kms/kms.ts';
import {
  AwsError,
  type Input,
  type Reply,
  type Requirement,
  type Service,
  unknownOperation,
} from '../service.ts';
import type { StateFile } from '../state-file.ts';
import { type Access, accessesOf, objectOf, tableOf } from './accesses.ts';
import { capacityOf, capacityOfFailure, isMetered } from './capacity.ts';
import type { EngineClient } from './engine-client.ts';
import { firstOfBatch } from './in-part.ts';
import { createTables, type TableFacts } from './tables.ts';

/** What the engine lacks and the front answers: point-in-time recovery by table name. */
export type BackupState = Record<string, boolean>;

export interface DynamoDbOptions {
  readonly engine: EngineClient;
  readonly backups: StateFile<BackupState>;
  readonly kms: Kms;
  readonly region: string;
  readonly account: string;
}

const tableOperations = [
  ...['CreateTable', 'DescribeTable', 'UpdateTable', 'DeleteTable', 'ListTables'],
  ...['UpdateTimeToLive', 'DescribeTimeToLive', 'TagResource', 'UntagResource', 'ListTagsOfResource'],
  ...['UpdateContinuousBackups', 'DescribeContinuousBackups'],
];

/** DynamoDB: IAM and the few control operations that the engine lacks here, everything else in the engine. */
export function createDynamoDb(options: DynamoDbOptions): Service {
  const { engine, backups, kms, region, account } = options;
  const tables = createTables(engine);
  const arnOf = (table: string, index?: string): string =>
    `arn:aws:dynamodb:${region}:${account}:table/${table}${index === undefined ? '' : `/index/${index}`}`;

  const dataRequirements = async (access: Access): Promise<readonly Requirement[]> => {
    const facts = await tables.facts(access.table);
    const leadingKeys = facts === undefined ? undefined : leadingKeysOf(access, facts);
    const key = facts?.encryptionKey;
    const decrypt =
      key === undefined ? undefined : kms.use(key, 'Decrypt', `dynamodb.${region}.amazonaws.com`);
    return [
      {
        action: `dynamodb:${access.action}`,
        resource: arnOf(access.table, access.index),
        context: {
          ...(leadingKeys && { 'dynamodb:LeadingKeys': leadingKeys }),
          ...(access.attributes && { 'dynamodb:Attributes': access.attributes }),
        },
      },
      ...(decrypt === undefined ? [] : [{ ...decrypt, refusal: keyDenied }]),
    ];
  };

  return {
    prefix: 'dynamodb',
    inPart: firstOfBatch,
    throttled: new AwsError(
      'ProvisionedThroughputExceededException',
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
    ),
    unavailable: new AwsError('InternalServerError', 'Internal server error', 500),
    requirements: async (operation, input) => {
      const accesses = accessesOf(operation, input);
      if (accesses !== undefined) return (await Promise.all(accesses.map(dataRequirements))).flat();
      if (!tableOperations.includes(operation)) throw unknownOperation();
      const table = tableOf(input['TableName'] ?? input['ResourceArn']);
      return [{ action: `dynamodb:${operation}`, resource: table === '' ? '*' : arnOf(table) }];
    },
    handle: async (operation, input) => {
      if (operation.endsWith('ContinuousBackups'))
        return continuousBackups(options, tables.facts, operation, input);
      if (tableOperations.includes(operation)) tables.forget();
      const named = 'TableName' in input ? { ...input, TableName: tableOf(input['TableName']) } : input;
      const metered = isMetered(operation);
      const { status, body } = await engine.call(
        operation,
        metered ? { ...named, ReturnConsumedCapacity: input['ReturnConsumedCapacity'] ?? 'TOTAL' } : named,
      );
      if (tableOperations.includes(operation)) {
        tables.forget();
        if (operation === 'DeleteTable' && status === 200) await forgetBackups(backups, input);
        return { ...failureOf(operation, input, status, body), body: inRegion(body, region, account) };
      }
      return status === 200 ? unmetered(operation, input, body) : failureOf(operation, input, status, body);
    },
  };
}

function leadingKeysOf(access: Access, facts: TableFacts): readonly string[] | undefined {
  const partitionKey = access.index === undefined ? facts.partitionKey : (facts.indexes[access.index] ?? '');
  const values =
    access.items?.map((item) => item[partitionKey]) ??
    (access.keyCondition === undefined ? [] : [access.keyCondition(partitionKey)]);
  const texts = values
    .flatMap((value) => Object.values(objectOf(value)))
    .filter((text) => typeof text === 'string');
  return texts.length === 0 ? undefined : texts;
}

function keyDenied(message: string): AwsError {
  return new AwsError('AccessDeniedException', `KMS key access denied error: ${message}`);
}

/** The figures were asked for by the front; a caller that did not ask does not see them. */
function unmetered(operation: string, input: Input, body: string): Reply {
  const { ConsumedCapacity, ...output } = JSON.parse(body) as Input;
  const asked = input['ReturnConsumedCapacity'] !== undefined && input['ReturnConsumedCapacity'] !== 'NONE';
  return {
    status: 200,
    body: asked ? body : JSON.stringify(output),
    capacity: capacityOf(operation, ConsumedCapacity),
  };
}

function failureOf(operation: string, input: Input, status: number, body: string): Reply {
  if (status === 200) return { status, body };
  const type = (JSON.parse(body) as { readonly __type?: string }).__type ?? 'InternalServerError';
  const error = type.slice(type.indexOf('#') + 1);
  const capacity = capacityOfFailure(operation, error, input);
  return { status, body, error, ...(capacity === undefined ? {} : { capacity }) };
}

/** The engine's ARNs name a region of its own. */
function inRegion(body: string, region: string, account: string): string {
  return body.replaceAll(/arn:aws:dynamodb:[^:"]*:\d*:/g, `arn:aws:dynamodb:${region}:${account}:`);
}

async function forgetBackups(backups: StateFile<BackupState>, input: Input): Promise<void> {
  backups.state[tableOf(input['TableName'])] = false;
  await backups.commit();
}

async function continuousBackups(
  { backups }: DynamoDbOptions,
  facts: (table: string) => Promise<TableFacts | undefined>,
  operation: string,
  input: Input,
): Promise<Reply> {
  const table = tableOf(input['TableName']);
  if ((await facts(table)) === undefined) {
    throw new AwsError('TableNotFoundException', `Table not found: ${table}`);
  }
  if (operation === 'UpdateContinuousBackups') {
    const wanted = objectOf(input['PointInTimeRecoverySpecification'])['PointInTimeRecoveryEnabled'];
    backups.state[table] = wanted === true;
    await backups.commit();
  }
  const status = backups.state[table] === true ? 'ENABLED' : 'DISABLED';
  const description = {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status },
  };
  return { status: 200, body: JSON.stringify({ ContinuousBackupsDescription: description }) };
}
