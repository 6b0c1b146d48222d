import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type AttributeDefinition,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type GlobalSecondaryIndex,
} from '@aws-sdk/client-dynamodb';
import { asInput, flagProperty, objectProperty, objectsProperty, optionalText } from '../properties.ts';
import type { Provider, PropertyEffect, Provisioned } from '../provider.ts';
import { sameJson, type JsonObject } from '../template.ts';
import type { Environment } from '../values.ts';

const properties: Readonly<Record<string, PropertyEffect>> = {
  TableName: 'replacement',
  KeySchema: 'replacement',
  LocalSecondaryIndexes: 'replacement',
  AttributeDefinitions: 'update',
  GlobalSecondaryIndexes: 'update',
  TimeToLiveSpecification: 'update',
  BillingMode: 'nothing',
  ContributorInsightsSpecification: 'nothing',
  DeletionProtectionEnabled: 'nothing',
  OnDemandThroughput: 'nothing',
  PointInTimeRecoverySpecification: 'nothing',
  Replicas: 'nothing',
  SSESpecification: 'nothing',
  TableClass: 'nothing',
  Tags: 'nothing',
  WarmThroughput: 'nothing',
  WriteOnDemandThroughputSettings: 'nothing',
};

/** `AWS::DynamoDB::Table` and, as the one replica it has here, `AWS::DynamoDB::GlobalTable`. */
export function dynamodbTable(client: DynamoDBClient, environment: Environment): Provider {
  const provisioned = (tableName: string): Provisioned => ({
    physicalId: tableName,
    attributes: {
      Arn: `arn:aws:dynamodb:${environment.region}:${environment.account}:table/${tableName}`,
      TableId: tableName,
    },
  });
  return {
    properties,
    transient: false,
    create: async (request) => {
      const TableName = optionalText(request.properties, 'TableName') ?? request.generatedName;
      await unless('ResourceInUseException', client.send(createTable(TableName, request.properties)));
      await setTimeToLive(client, TableName, request.properties);
      return provisioned(TableName);
    },
    update: async (request, before) => {
      await updateIndexes(client, before.physicalId, request.properties);
      if (
        !sameJson(before.properties['TimeToLiveSpecification'], request.properties['TimeToLiveSpecification'])
      ) {
        await setTimeToLive(client, before.physicalId, request.properties);
      }
      return provisioned(before.physicalId);
    },
    delete: async ({ physicalId }) => {
      await unless(
        'ResourceNotFoundException',
        client.send(new DeleteTableCommand({ TableName: physicalId })),
      );
    },
  };
}

function createTable(TableName: string, wanted: JsonObject): CreateTableCommand {
  const indexes = indexesOf(wanted);
  const input = asInput<CreateTableCommandInput>({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: wanted['KeySchema'],
    AttributeDefinitions: wanted['AttributeDefinitions'],
    ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
    ...('LocalSecondaryIndexes' in wanted ? { LocalSecondaryIndexes: wanted['LocalSecondaryIndexes'] } : {}),
  });
  return new CreateTableCommand(input);
}

function indexesOf(wanted: JsonObject): readonly GlobalSecondaryIndex[] {
  return objectsProperty(wanted, 'GlobalSecondaryIndexes').map(({ IndexName, KeySchema, Projection }) =>
    asInput<GlobalSecondaryIndex>({ IndexName, KeySchema, Projection }),
  );
}

/** DynamoDB takes one index change a call. */
async function updateIndexes(client: DynamoDBClient, TableName: string, wanted: JsonObject): Promise<void> {
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
  const existing = (table?.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName);
  const indexes = indexesOf(wanted);
  const removed = existing.filter((name) => !indexes.some(({ IndexName }) => IndexName === name));
  const added = indexes.filter(({ IndexName }) => !existing.includes(IndexName));
  const changes = [
    ...removed.map((IndexName) => ({ Delete: { IndexName } })),
    ...added.map((index) => ({ Create: index })),
  ];
  const AttributeDefinitions = objectsProperty(wanted, 'AttributeDefinitions').map((each) =>
    asInput<AttributeDefinition>(each),
  );
  for (const change of changes) {
    await client.send(
      new UpdateTableCommand({ TableName, AttributeDefinitions, GlobalSecondaryIndexUpdates: [change] }),
    );
  }
}

async function setTimeToLive(client: DynamoDBClient, TableName: string, wanted: JsonObject): Promise<void> {
  const specification = objectProperty(wanted, 'TimeToLiveSpecification');
  const AttributeName = optionalText(specification, 'AttributeName');
  if (AttributeName === undefined) return;
  const Enabled = flagProperty(specification, 'Enabled');
  await unless(
    'ValidationException',
    client.send(
      new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }),
    ),
  );
}

/** An answer that says the call has happened already is success: an interrupted run is resumed. */
async function unless(exception: string, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== exception) throw error;
  }
}
