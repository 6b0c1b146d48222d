import type { TestDeployment } from '../../support/deployment.ts';
import { itemsAtRest } from './items-at-rest.ts';

/** The grants that the consents of people name; those of one client the oldest first. */
export async function listedGrants(deployment: Pick<TestDeployment, 'run'>): Promise<readonly string[]> {
  const items = await itemsAtRest(deployment, 'GrantsTable');
  const consents = items.filter((item) => item['pk']?.S?.startsWith('consents#'));
  return consents.flatMap(
    (item) => JSON.stringify(item['clients']).match(/(?<=\{"S":")[\w-]{22}(?="\})/g) ?? [],
  );
}
