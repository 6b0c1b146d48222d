import {
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect } from 'vitest';
import type { Connection } from '../../../lambdas/ports/connections.ts';
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

const company = officeForThisFile((config) => {
  const { egress, ...others } = withTracker(config);
  return { ...others, ...(egress && { egress: { ...egress, vault: 'secrets-manager' } }) };
});
const agents = trackerAgentsAt(company);

async function asOperator<Answer>(call: (client: SecretsManagerClient) => Promise<Answer>): Promise<Answer> {
  const { operator: credentials, endpoint } = company.run.cloud;
  const client = new SecretsManagerClient({ endpoint, region: 'us-east-1', credentials });
  try {
    return await call(client);
  } finally {
    client.destroy();
  }
}

/** The names of the secrets of accounts. */
async function secretsOfAccounts(): Promise<readonly string[]> {
  const { SecretList: all = [] } = await asOperator((client) => client.send(new ListSecretsCommand({})));
  return all.map(({ Name: name = '' }) => name).filter((name) => name.includes('/connection/'));
}

let alices: StoredItem;
let bobs: StoredItem;
beforeAll(async () => {
  [alices, bobs] = await twoAccounts(company);
}, 120_000);

/** Where a part of an account is: the ARN of a secret, and the version in it. */
function partIn(item: StoredItem | undefined, part: 'access' | 'grant') {
  const kept = item === undefined ? undefined : connectionIn(item)[part];
  if (kept?.in !== 'secret') throw new Error('it is in no secret');
  return kept;
}

const placeOf = ({ provider, holder }: Connection) => ({ provider, holder });

describe('accounts that are kept in secrets', () => {
  verifies(
    'vestibule:accounts-in-secrets',
    'have one for each part, and nothing else in their items',
    async () => {
      const wanted = [alices, bobs].flatMap((item) =>
        ['access', 'grant'].map((part) => `Vestibule/connection/${part}/${connectionIn(item).connection}`),
      );
      expect((await secretsOfAccounts()).toSorted()).toEqual(wanted.toSorted());
      expect(JSON.stringify([alices, bobs])).not.toContain('ciphertext');
    },
  );

  verifies('vestibule:accounts-bound', 'open for nobody in whose item they are named', async () => {
    const account = connectionIn(alices);
    const { connection, version } = account;
    const renewing = { ask: 'renew', place: placeOf(account), connection, version } as const;
    await plantItem(company, { ...alices, grant: bobs['grant'] ?? { S: '' } });
    await expect(askConnections(company, renewing)).rejects.toThrow('of another connection');
    company.run.clock.advance(60);
    await plantItem(company, alices);
    expect(await askConnections(company, renewing)).toEqual({ told: 'renewed' });
    const [again] = await accountsAtRest(company);
    const [before, now] = [partIn(alices, 'grant'), partIn(again, 'grant')];
    expect(now.arn).toBe(before.arn);
    expect(now.version).not.toBe(before.version);
    const { VersionId: current } = await asOperator((client) =>
      client.send(new GetSecretValueCommand({ SecretId: now.arn })),
    );
    expect(current).toBe(now.version);
  });

  verifies('vestibule:accounts-bound', 'bear the calls of agents, and nobody else’s', async () => {
    const planner = await agents.agent();
    const there = planner.onBehalfOf(await agents.tokenOf('alice')).thirdParty('tracker');
    const called = async () => {
      const answer = await there.fetch(issues);
      return [answer.status, (await answer.text()).includes('coffee machine')];
    };
    const [mine] = await accountsAtRest(company);
    expect(await called()).toEqual([200, true]);
    await plantItem(company, { ...mine, access: bobs['access'] ?? { S: '' } });
    expect(await called()).toEqual([500, false]);
    await plantItem(company, { ...mine });
    expect(await called()).toEqual([200, true]);
  });

  verifies('vestibule:accounts-in-secrets', 'leave none behind when they are disconnected', async () => {
    const account = connectionIn(alices);
    const { connection } = account;
    const asked = { ask: 'disconnect', place: placeOf(account), connection, requestId: 'request' } as const;
    expect(await askConnections(company, asked)).toEqual({ told: 'disconnected', revoked: true });
    const left = await secretsOfAccounts();
    expect(left).toHaveLength(2);
    expect(left.every((name) => name.endsWith(connectionIn(bobs).connection))).toBe(true);
    expect(await accountsAtRest(company)).toHaveLength(1);
  });
});
