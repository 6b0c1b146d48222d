import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { TestDeployment } from '../../support/deployment.ts';

/** Everything in a table of a running deployment, as someone sees it who may do everything. */
export async function itemsAtRest(
  { run }: Pick<TestDeployment, 'run'>,
  table: 'GrantsTable' | 'VaultTable',
): Promise<readonly Readonly<Record<string, AttributeValue>>[]> {
  const { operator, endpoint } = run.cloud;
  const named = run.resources.find(({ logicalId }) => logicalId.includes(table));
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: operator });
  const items: Readonly<Record<string, AttributeValue>>[] = [];
  for await (const page of paginateScan({ client }, { TableName: named?.physicalId })) {
    items.push(...(page.Items ?? []));
  }
  client.destroy();
  return items;
}
