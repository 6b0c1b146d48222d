import { type AttributeValue, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { TestDeployment } from '../../support/deployment.ts';

/** Everything in a table of a running deployment, as someone sees it who may do everything. */
export async function itemsAtRest(
  { run }: Pick<TestDeployment, 'run'>,
  table: 'GrantsTable' | 'VaultTable',
): Promise<readonly Readonly<Record<string, AttributeValue>>[]> {
  const { operator, endpoint } = run.cloud;
  const named = run.resources.find(({ logicalId }) => logicalId.includes(table));
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: operator });
  const { Items = [] } = await client.send(new ScanCommand({ TableName: named?.physicalId }));
  client.destroy();
  return Items;
}
