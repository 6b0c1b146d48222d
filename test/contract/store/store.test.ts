import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoAssertionReplay } from '../../../lambdas/adapters/dynamodb/assertion-replay.ts';
import { dynamoClientRegistrations } from '../../../lambdas/adapters/dynamodb/client-registrations.ts';
import { dynamoConnections } from '../../../lambdas/adapters/dynamodb/connections.ts';
import { dynamoConsents } from '../../../lambdas/adapters/dynamodb/consents.ts';
import { dynamoDevices } from '../../../lambdas/adapters/dynamodb/devices.ts';
import { dynamoEnds } from '../../../lambdas/adapters/dynamodb/ends.ts';
import { dynamoEnrolments } from '../../../lambdas/adapters/dynamodb/enrolments.ts';
import { dynamoGrants } from '../../../lambdas/adapters/dynamodb/grants.ts';
import { dynamoKeyRingStore } from '../../../lambdas/adapters/dynamodb/key-ring-store.ts';
import { dynamoLogoutTokens } from '../../../lambdas/adapters/dynamodb/logout-tokens.ts';
import { dynamoOpaqueTokens } from '../../../lambdas/adapters/dynamodb/opaque-tokens.ts';
import { dynamoPersonEnds } from '../../../lambdas/adapters/dynamodb/person-ends.ts';
import { dynamoPersons } from '../../../lambdas/adapters/dynamodb/persons.ts';
import { dynamoPushedRequests } from '../../../lambdas/adapters/dynamodb/pushed-requests.ts';
import {
  dynamoRegistrationTokens,
  dynamoRegistrationTokenStore,
} from '../../../lambdas/adapters/dynamodb/registration-tokens.ts';
import { dynamoRegistryStore } from '../../../lambdas/adapters/dynamodb/registry-store.ts';
import { dynamoRegistry } from '../../../lambdas/adapters/dynamodb/registry.ts';
import { dynamoRevocations } from '../../../lambdas/adapters/dynamodb/revocations.ts';
import { dynamoSharedBuckets } from '../../../lambdas/adapters/dynamodb/shared-buckets.ts';
import { dynamoTokenStandings } from '../../../lambdas/adapters/dynamodb/token-standings.ts';
import { dynamoTransactions } from '../../../lambdas/adapters/dynamodb/transactions.ts';
import { dynamoMachineTokens } from '../../../lambdas/adapters/dynamodb/machine-tokens.ts';
import { dynamoVault } from '../../../lambdas/adapters/dynamodb/vault.ts';
import { dynamoWrappedKeyStore } from '../../../lambdas/adapters/dynamodb/wrapped-key-store.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { describeAssertionReplay, expectOneWinner } from './assertion-replay.ts';
import { describeConnections, expectOneConnected, expectOneRenewer } from './connections.ts';
import { describeConsents } from './consents.ts';
import { describeDevices, expectOneDecision } from './devices.ts';
import { describeEnds } from './ends.ts';
import { describeEnrolments, expectExactlyTheQuota } from './enrolments.ts';
import { describeGrants, expectOneRedemption, expectOneRotation } from './grants.ts';
import { describeKeyRingStore } from './key-ring-store.ts';
import { describeLogoutTokens } from './logout-tokens.ts';
import { describeOpaqueTokens } from './opaque-tokens.ts';
import { describePersonEnds } from './person-ends.ts';
import { describePersons } from './persons.ts';
import { getThenPutBuckets } from './planted-buckets.ts';
import { getThenPutConnections } from './planted-connections.ts';
import { getThenPutDevices } from './planted-devices.ts';
import { getThenPutEnrolments } from './planted-enrolments.ts';
import { getThenPutGrants } from './planted-grants.ts';
import { getThenPutTokens } from './planted-registration-tokens.ts';
import { getThenPutReplay } from './planted-replay.ts';
import { getThenPutMachineTokens } from './planted-machine-tokens.ts';
import { getThenPutVault } from './planted-vault.ts';
import { describePushedRequests } from './pushed-requests.ts';
import { describeRegistrationTokens, expectExactlyItsUses } from './registration-tokens.ts';
import { describeRegistryReader } from './registry-reader.ts';
import { describeRegistryStore } from './registry-store.ts';
import { describeRevocations } from './revocations.ts';
import { describeSharedBuckets, expectNoMoreThanTheBucketHolds } from './shared-buckets.ts';
import { describeTransactions } from './transactions.ts';
import { unrulyNetwork } from './unruly-network.ts';
import { describeMachineTokens, expectOneMinter } from './machine-tokens.ts';
import { describeVault, expectOneLease } from './vault.ts';
import { describeWrappedKeyStore } from './wrapped-key-store.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(async () => {
  await tables.stop();
});

const slowest = 50;

function registrationTokenSubject() {
  const network = unrulyNetwork(tables, slowest);
  const { client } = network;
  const { registry: table, grants } = tables;
  return {
    tokens: dynamoRegistrationTokens({ client, table }),
    store: dynamoRegistrationTokenStore({ client, table }),
    clients: dynamoClientRegistrations({ client, table, grants }),
    network,
  };
}

describe('DynamoDB', () => {
  describeAssertionReplay(() => {
    const network = unrulyNetwork(tables, slowest);
    return { replay: dynamoAssertionReplay({ client: network.client, table: tables.grants }), network };
  });

  describeRevocations(() => {
    const network = unrulyNetwork(tables, slowest);
    const { client } = network;
    const { registry, grants } = tables;
    return {
      revocations: dynamoRevocations({ client, table: grants }),
      standings: dynamoTokenStandings({ client, registry, grants }),
      store: dynamoRegistryStore({ client, table: registry, grants }),
      network,
    };
  });

  describeEnds(() => {
    const network = unrulyNetwork(tables, slowest);
    const { client } = network;
    const { registry, grants } = tables;
    return {
      revocations: dynamoRevocations({ client, table: grants }),
      ends: dynamoEnds({ client, table: grants }),
      store: dynamoRegistryStore({ client, table: registry, grants }),
      network,
    };
  });

  describeGrants(() => {
    const network = unrulyNetwork(tables, slowest);
    const { client } = network;
    const { registry, grants } = tables;
    return {
      grants: dynamoGrants({ client, table: grants }),
      ends: dynamoEnds({ client, table: grants }),
      standings: dynamoTokenStandings({ client, registry, grants }),
      network,
    };
  });

  describeSharedBuckets(() => {
    const network = unrulyNetwork(tables, slowest);
    const { client } = network;
    return { buckets: dynamoSharedBuckets({ client, table: tables.grants, patience: 60_000 }), network };
  });

  describeTransactions(() => {
    const network = unrulyNetwork(tables, slowest);
    return { transactions: dynamoTransactions({ client: network.client, table: tables.grants }), network };
  });

  describeOpaqueTokens(() => {
    const network = unrulyNetwork(tables, slowest);
    return { opaque: dynamoOpaqueTokens({ client: network.client, table: tables.grants }), network };
  });

  describePushedRequests(() => {
    const network = unrulyNetwork(tables, slowest);
    return { pushed: dynamoPushedRequests({ client: network.client, table: tables.grants }), network };
  });

  describeDevices(() => {
    const network = unrulyNetwork(tables, slowest);
    return { devices: dynamoDevices({ client: network.client, table: tables.grants }), network };
  });

  describeConsents(() => {
    const network = unrulyNetwork(tables, 10);
    return { consents: dynamoConsents({ client: network.client, table: tables.grants }), network };
  });

  describePersons(() => {
    const network = unrulyNetwork(tables, 10);
    const options = { client: network.client, table: tables.grants };
    return { persons: dynamoPersons(options), consents: dynamoConsents(options), network };
  });

  describePersonEnds(() => {
    const network = unrulyNetwork(tables, slowest);
    const { client } = network;
    const { registry, grants } = tables;
    return {
      personEnds: dynamoPersonEnds({ client, table: grants }),
      ends: dynamoEnds({ client, table: grants }),
      standings: dynamoTokenStandings({ client, registry, grants }),
      network,
    };
  });

  describeLogoutTokens(() => {
    const network = unrulyNetwork(tables, slowest);
    return { tokens: dynamoLogoutTokens({ client: network.client, table: tables.grants }), network };
  });

  // The key of the vault table is that of the grants table.
  describeEnrolments(() => {
    const network = unrulyNetwork(tables, slowest);
    return { enrolments: dynamoEnrolments({ client: network.client, table: tables.grants }), network };
  });

  describeVault(() => {
    const network = unrulyNetwork(tables, slowest);
    return { vault: dynamoVault({ client: network.client, table: tables.grants }), network };
  });

  describeConnections(() => {
    const network = unrulyNetwork(tables, slowest);
    return {
      connections: dynamoConnections({ client: network.client, table: tables.grants }),
      network,
    };
  });

  describeMachineTokens(() => {
    const network = unrulyNetwork(tables, slowest);
    return { tokens: dynamoMachineTokens({ client: network.client, table: tables.grants }), network };
  });

  describeRegistrationTokens(() => registrationTokenSubject());

  describeRegistryStore(() => {
    const network = unrulyNetwork(tables);
    return {
      store: dynamoRegistryStore({ client: network.client, table: tables.registry, grants: tables.grants }),
      network,
    };
  });

  describeRegistryReader((clock) => {
    const network = unrulyNetwork(tables);
    const { client } = network;
    const { registry, resources } = dynamoRegistry({ client, table: tables.registry, clock });
    return {
      registry,
      resources,
      store: dynamoRegistryStore({ client, table: tables.registry, grants: tables.grants }),
      network,
    };
  });

  describeWrappedKeyStore(() => {
    const network = unrulyNetwork(tables, slowest);
    return { store: dynamoWrappedKeyStore({ client: network.client, table: tables.registry }), network };
  });

  describeKeyRingStore(() => {
    const { client } = unrulyNetwork(tables, slowest);
    return dynamoKeyRingStore({ client, table: tables.registry });
  });
});

describe('the contract of shared buckets', () => {
  it('finds out a store that reads before it writes', async () => {
    const network = unrulyNetwork(tables, slowest);
    const buckets = getThenPutBuckets(network.client, tables.grants);
    await expect(expectNoMoreThanTheBucketHolds({ buckets, network })).rejects.toThrow(
      /to be less than or equal to 200/,
    );
  });
});

describe('the contract of grants', () => {
  it.each([
    ['redeems', expectOneRedemption],
    ['rotates', expectOneRotation],
  ])('finds out a store that reads before it writes when it %s', async (_what, expectOne) => {
    const network = unrulyNetwork(tables, slowest);
    const grants = getThenPutGrants(network.client, tables.grants);
    await expect(expectOne({ grants, network })).rejects.toThrow(/to have a length of 1/);
  });
});

describe('the contract of initial access tokens', () => {
  it('finds out a store that reads before it writes', async () => {
    const subject = registrationTokenSubject();
    const tokens = getThenPutTokens(subject.network.client, tables.registry);
    await expect(expectExactlyItsUses({ ...subject, tokens })).rejects.toThrow(/to have a length of 7/);
  });
});

describe('the contract of devices that wait', () => {
  it('finds out a store that reads before it writes', async () => {
    const devices = getThenPutDevices(unrulyNetwork(tables, slowest).client, tables.grants);
    await expect(expectOneDecision({ devices })).rejects.toThrow(/to have a length of 1/);
  });
});

describe('the contract of used assertions', () => {
  it('finds out a store that reads before it writes', async () => {
    const network = unrulyNetwork(tables, slowest);
    const replay = getThenPutReplay(network.client, tables.grants);
    await expect(expectOneWinner({ replay, network })).rejects.toThrow(/to have a length of 1/);
  });
});

describe('the contract of enrolments', () => {
  it('finds out a store that reads before it writes', async () => {
    const network = unrulyNetwork(tables, slowest);
    const enrolments = getThenPutEnrolments(network.client, tables.grants);
    await expect(expectExactlyTheQuota({ enrolments, network })).rejects.toThrow(/to have a length of 7/);
  });
});

describe('the contract of the vault', () => {
  it('finds out a store that reads before it writes', async () => {
    const network = unrulyNetwork(tables, slowest);
    const vault = getThenPutVault(network.client, tables.grants);
    await expect(expectOneLease({ vault, network })).rejects.toThrow(/to have a length of 1/);
  });
});

describe('the contract of tokens of machines', () => {
  it('finds out a store that reads before it writes', async () => {
    const network = unrulyNetwork(tables, slowest);
    const tokens = getThenPutMachineTokens(network.client, tables.grants);
    await expect(expectOneMinter({ tokens, network })).rejects.toThrow(/to have a length of 1/);
  });
});

describe('the contract of connections', () => {
  it.each([
    ['connects', expectOneConnected],
    ['renews', expectOneRenewer],
  ])('finds out a store that reads before it writes when it %s', async (_what, expectOne) => {
    const network = unrulyNetwork(tables, slowest);
    const connections = getThenPutConnections(network.client, tables.grants);
    await expect(expectOne({ connections, network })).rejects.toThrow(/to have a length of 1/);
  });
});
