import { afterEach, expect } from 'vitest';

import { config as example } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { driveKeys, type KeysDriver } from '../support/keys-driver.ts';
import { wrappedKeysOf } from '../support/wrapped-keys.ts';
import { verifies } from '../verifies.ts';

const day = 24 * 3_600;
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(): Promise<{ readonly deployment: TestDeployment; readonly client: KeysDriver }> {
  const config = { ...example, signing: { mode: 'envelope', algorithm: 'ES256' } } as const;
  const deployment = await startDeployment({ config });
  ends.push(deployment.stop);
  return { deployment, client: await driveKeys(deployment) };
}

/** The names of all wrapped keys in the table, and of all that are found by what they were made for. */
async function wrappedIn(deployment: TestDeployment): Promise<readonly (readonly string[])[]> {
  const items = await wrappedKeysOf(deployment).everything();
  return ['signing-key#', 'signing-key-intent#'].map((prefix) =>
    items.flatMap(({ pk, kid }) => (pk?.S?.startsWith(prefix) === true ? [kid?.S ?? ''] : [])).toSorted(),
  );
}

verifies(
  ['vestibule:keys-rotate-on-schedule', 'vestibule:keys-destroyed', 'vestibule:keys-warm-instances'],
  'wrapped keys follow each other, and nothing is left of one that has served',
  async () => {
    const { deployment, client } = await start();
    const [first, standby] = await client.published();
    const last = await client.newToken();
    expect(last.kid).toBe(first);
    await client.pass(91 * day);
    await client.pass(20);
    expect((await client.newToken()).kid).toBe(standby);
    await client.pass(2 * day);
    const known = (await client.keys()).map(({ kid }) => kid).toSorted();
    expect(known).toHaveLength(2);
    expect(known).not.toContain(first);
    expect(await wrappedIn(deployment)).toEqual([known, known]);
    expect(deployment.log.join('\n')).not.toContain('DENIED');
  },
  90_000,
);

verifies(
  'vestibule:keys-resumed',
  'a wrapped key is made once, wherever its making is interrupted, and destroyed wherever its end is',
  async () => {
    const { deployment, client } = await start();
    const { faults } = deployment.run.cloud;
    for (const call of ['kms:GenerateDataKeyPairWithoutPlaintext', 'dynamodb:TransactWriteItems']) {
      const before = await client.kidIn('active');
      faults.clear();
      faults.add(`${call}~Keys=crash@1`);
      await client.pass(91 * day);
      await client.pass(20);
      expect(await client.kidIn('active'), call).not.toBe(before);
      expect((await client.newToken()).kid).toBe(await client.kidIn('active'));
    }
    faults.clear();
    await client.pass(2 * day);
    const known = (await client.keys()).map(({ kid }) => kid).toSorted();
    expect(await wrappedIn(deployment)).toEqual([known, known]);
  },
  120_000,
);

verifies(
  'vestibule:keys-emergency',
  'a wrapped key that is withdrawn signs nothing more, not even where an instance holds it',
  async () => {
    const { client } = await start();
    const stolen = await client.newToken();
    const standby = await client.kidIn('announced');
    expect((await client.admin('POST', 'keys/rotate', { compromised: stolen.kid })).status).toBe(200);
    client.letCachesExpire();
    expect(await client.published()).not.toContain(stolen.kid);
    expect(await client.verifiesNow(stolen.token)).toBe(false);
    expect((await client.newToken()).kid).toBe(standby);
  },
  90_000,
);
