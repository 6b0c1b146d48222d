import { beforeAll, describe, expect } from 'vitest';
import type { ConnectionAnswer } from '../../../lambdas/ports/connecting.ts';
import {
  accountsAtRest,
  askConnections,
  connectionIn,
  plantItem,
  type StoredItem,
  twoAccounts,
} from '../support/connected-accounts.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
let alices: StoredItem;
let bobs: StoredItem;
beforeAll(async () => {
  [alices, bobs] = await twoAccounts(company);
}, 120_000);

/** Asks for the account at the place of an item to be renewed, as it is there. */
async function renewed(item: StoredItem): Promise<ConnectionAnswer> {
  const [{ provider, holder }, there] = [connectionIn(item), await itemAt(item)];
  const { connection, version } = connectionIn(there);
  return askConnections(company, { ask: 'renew', place: { provider, holder }, connection, version });
}

async function itemAt({ pk }: StoredItem): Promise<StoredItem> {
  const found = (await accountsAtRest(company)).find((each) => each['pk']?.S === pk?.S);
  if (found === undefined) throw new Error('nothing is there');
  return found;
}

const unknown = { S: '' };

/** What somebody who writes to the table can put in the place of Alice's account. */
const moved: readonly (readonly [string, () => StoredItem])[] = [
  ['all of another person’s', () => ({ ...bobs, pk: alices['pk'] ?? unknown })],
  [
    'all of another person’s but their name',
    () => ({ ...bobs, pk: alices['pk'] ?? unknown, holder: alices['holder'] ?? unknown }),
  ],
  [
    'what another person’s is renewed by',
    () => ({ ...alices, grant: bobs['grant'] ?? unknown, access: bobs['access'] ?? unknown }),
  ],
  [
    'what calls bear in the place of what it is renewed by',
    () => ({ ...alices, grant: alices['access'] ?? unknown }),
  ],
];

describe('what is kept of accounts at third parties', () => {
  verifies('vestibule:accounts-bound', 'shows nothing of what it was given', () => {
    for (const item of [alices, bobs]) {
      expect(Object.keys(item['access']?.M ?? {}).toSorted()).toEqual([
        ...['ciphertext', 'in', 'iv', 'wrapped_key'],
      ]);
      expect(Object.keys(item['grant']?.M ?? {}).toSorted()).toEqual([
        ...['ciphertext', 'in', 'iv', 'wrapped_key'],
      ]);
    }
  });

  for (const [what, item] of moved) {
    verifies('vestibule:accounts-bound', `opens for nobody: ${what}`, async () => {
      company.run.clock.advance(60);
      await plantItem(company, item());
      expect(await renewed(alices)).toMatchObject({ told: 'unavailable' });
      // The third party was asked with nothing: what is each one's own is as good as before.
      company.run.clock.advance(60);
      await plantItem(company, alices);
      expect(await renewed(alices)).toEqual({ told: 'renewed' });
      alices = await itemAt(alices);
      expect(await renewed(bobs)).toEqual({ told: 'renewed' });
      bobs = await itemAt(bobs);
    });
  }

  verifies('vestibule:accounts-bound', 'bears no call of an agent for another person', async () => {
    const planner = await agents.agent();
    const there = planner.onBehalfOf(await agents.tokenOf('alice')).thirdParty('tracker');
    expect((await there.fetch(issues)).status).toBe(200);
    await plantItem(company, { ...alices, access: bobs['access'] ?? unknown });
    const refused = await there.fetch(issues);
    expect([refused.status, (await refused.text()).includes('coffee machine')]).toEqual([503, false]);
    await plantItem(company, alices);
    expect((await there.fetch(issues)).status).toBe(200);
  });
});
