import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { afterEach, expect } from 'vitest';

import { createFaultPlan } from '../../../local/aws/faults.ts';
import { startRun } from '../../../local/run.ts';
import { config } from '../../../vestibule.config.ts';
import { synthesizedAssembly } from '../../support/assembly-cache.ts';
import {
  startDeployment,
  type TestDeployment,
  type TestDeploymentOptions,
} from '../../support/deployment.ts';
import { basic } from '../support/driver.ts';
import { driveKeys, type KeysDriver } from '../support/keys-driver.ts';
import { verifies } from '../verifies.ts';

const hour = 3_600;
const day = 24 * hour;
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Started {
  readonly deployment: TestDeployment;
  readonly client: KeysDriver;
}

async function start(options: TestDeploymentOptions = {}): Promise<Started> {
  const deployment = await startDeployment(options);
  ends.push(deployment.stop);
  return { deployment, client: await driveKeys(deployment) };
}

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'vestibule-keys-'));
  ends.push(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

function kmsOf({ run, operator }: Pick<TestDeployment, 'run' | 'operator'>): KMSClient {
  const kms = new KMSClient({ endpoint: run.cloud.endpoint, region: 'us-east-1', credentials: operator });
  ends.push(() => {
    kms.destroy();
  });
  return kms;
}

/** Every key of KMS that bears the tag of the deployment, and its state. */
async function signingKeysIn(kms: KMSClient): Promise<ReadonlyMap<string, string>> {
  const { Keys = [] } = await kms.send(new ListKeysCommand({ Limit: 1_000 }));
  const found = new Map<string, string>();
  for (const { KeyArn = '' } of Keys) {
    const { Tags = [] } = await kms.send(new ListResourceTagsCommand({ KeyId: KeyArn }));
    if (!Tags.some(({ TagKey }) => TagKey === 'vestibule:signing')) continue;
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: KeyArn }));
    found.set(KeyArn, String(KeyMetadata?.KeyState));
  }
  return found;
}

verifies(
  ['vestibule:keys-rotate-on-schedule', 'vestibule:keys-overlap', 'vestibule:keys-destroyed'],
  'a key serves its days, is followed by its standby, verifies what it signed, and is destroyed',
  async () => {
    const { deployment, client } = await start();
    const [first, standby] = await client.published();
    expect((await client.newToken()).kid).toBe(first);
    await client.pass(89 * day);
    expect((await client.newToken()).kid).toBe(first);
    await client.pass(2 * day);
    const last = await client.newToken();
    expect(last.kid).toBe(first);
    expect(await client.published()).toHaveLength(3);

    deployment.run.clock.advance(20);
    expect((await client.newToken()).kid).toBe(standby);
    deployment.run.clock.advance(14 * 60);
    expect(await client.verifiesNow(last.token)).toBe(true);
    deployment.run.clock.advance(hour);
    expect(await client.published()).not.toContain(first);
    expect(await client.published()).toHaveLength(2);

    const retired = (await client.keys()).find(({ kid }) => kid === first)!;
    await client.pass(day);
    expect((await client.keys()).map(({ kid }) => kid)).not.toContain(first);
    expect((await signingKeysIn(kmsOf(deployment))).get(retired.key_arn)).toBe('PendingDeletion');
    expect(deployment.log.join('\n')).toMatch(/"signing_key_age","kid":"[\w-]{43}","days":\d+/);
    expect(deployment.log.join('\n')).not.toContain('DENIED');
  },
  90_000,
);

verifies(
  'vestibule:keys-warm-instances',
  'a warm token function follows a rotation that it was not told of',
  async () => {
    const { client } = await start();
    const before = await client.newToken();
    expect((await client.admin('POST', 'keys/rotate')).status).toBe(200);
    await client.pass(16);
    const after = await client.newToken();
    expect(after.kid).not.toBe(before.kid);
    expect(await client.verifiesNow(before.token)).toBe(true);
  },
  90_000,
);

verifies(
  'vestibule:keys-emergency',
  'a withdrawn key is out of the key set at once, with everything that it signed',
  async () => {
    const { deployment, client } = await start();
    const server = basic('demo-server', await deployment.secretOf('demo-server'));
    const isActive = async (token: string): Promise<unknown> => {
      const body = new URLSearchParams({ token });
      return (await client.send('/introspect', { method: 'POST', body, headers: server })).body['active'];
    };
    const stolen = await client.newToken();
    expect(await isActive(stolen.token)).toBe(true);
    const standby = await client.kidIn('announced');
    const rotated = await client.admin('POST', 'keys/rotate', { compromised: stolen.kid });
    expect([rotated.status, rotated.body['key_set_max_age']]).toEqual([200, 300]);

    client.letCachesExpire();
    expect(await client.published()).not.toContain(stolen.kid);
    expect(await client.published()).toHaveLength(2);
    expect(await isActive(stolen.token)).toBe(false);
    const next = await client.newToken();
    expect(next.kid).toBe(standby);
    expect(await isActive(next.token)).toBe(true);
    const said = deployment.log.filter((line) => line.includes('"signing_key_retired"'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/"compromised":true,"by":"arn:aws:iam::\d+:user\/operator"/);
  },
  90_000,
);

verifies(
  'vestibule:keys-for-operators',
  'who is no operator, names no key or asks again too soon is told so',
  async () => {
    const { client, deployment } = await start();
    expect((await client.send('/admin/keys', { method: 'GET' })).status).toBe(403);
    expect((await client.send('/admin/keys/rotate', { method: 'POST' })).status).toBe(403);
    const { admin } = client;
    for (const body of [{ compromised: 'x' }, { compromised: 1 }, { kid: 'k' }, [], null, 'text']) {
      expect((await admin('POST', 'keys/rotate', body)).status, JSON.stringify(body)).toBe(400);
    }
    expect((await admin('POST', 'keys')).status).toBe(405);
    expect((await admin('GET', 'keys/rotate')).status).toBe(405);
    const unknown = await admin('POST', 'keys/rotate', { compromised: 'k'.repeat(43) });
    expect([unknown.status, unknown.body['error']]).toEqual([404, 'not_found']);

    expect((await admin('POST', 'keys/rotate')).status).toBe(200);
    const tooSoon = await admin('POST', 'keys/rotate');
    expect([tooSoon.status, tooSoon.body['error']]).toEqual([409, 'conflict']);
    expect(tooSoon.body['error_description']).toMatch(/^a rotation is under way and complete in \d+ seconds/);
    const active = await client.kidIn('active');
    expect((await admin('POST', 'keys/rotate', { compromised: active })).status).toBe(200);
    const again = await admin('POST', 'keys/rotate', { compromised: active });
    expect([again.status, again.body['error']]).toEqual([409, 'conflict']);
    const refusals = deployment.log.filter((line) => line.includes('"key_rotation_refused"'));
    expect(refusals.map((line) => /"reason":"(\w+)"/.exec(line)?.[1])).toEqual([
      'unknown_key',
      'under_way',
      'gone_already',
    ]);
    await client.newToken();
  },
  90_000,
);

verifies(
  ['vestibule:keys-at-deployment', 'vestibule:keys-resumed'],
  'a deployment whose KMS loses a reply finds the key that it made, and one that follows resets nothing',
  async () => {
    const stateDirectory = emptyDirectory();
    const faults = 'kms:CreateKey=timeout@1,kms:GetPublicKey=throttle@2-4,dynamodb:PutItem~Keys=timeout@5';
    const first = await startDeployment({ stateDirectory, faults });
    const keys = await (await driveKeys(first)).published();
    expect(keys).toHaveLength(2);
    expect((await signingKeysIn(kmsOf(first))).size).toBe(2);
    expect(first.log.join('\n')).not.toContain('DENIED');
    await first.stop();

    const { client } = await start({ stateDirectory, config: { ...config, keyRotationDays: 30 } });
    expect(await client.published()).toEqual(keys);
    expect((await client.newToken()).kid).toBe(keys[0]);
  },
  90_000,
);

verifies(
  'vestibule:keys-resumed',
  'a scheduled run whose instance ends after any of its calls is completed by the next try',
  async () => {
    const { deployment, client } = await start();
    const { faults } = deployment.run.cloud;
    for (const call of ['kms:CreateKey', 'dynamodb:PutItem', 'kms:GetPublicKey', 'kms:ScheduleKeyDeletion']) {
      const before = await client.kidIn('active');
      faults.clear();
      faults.add(`${call}~Keys=crash@1`);
      await client.pass(91 * day);
      await client.pass(16);
      expect(await client.kidIn('active'), call).not.toBe(before);
      expect((await client.newToken()).kid).toBe(await client.kidIn('active'));
    }
    await client.pass(2 * day);
    const known = (await client.keys()).map(({ key_arn: arn }) => arn);
    const enabled = [...(await signingKeysIn(kmsOf(deployment)))].filter(([, state]) => state === 'Enabled');
    expect(enabled.map(([arn]) => arn).sort()).toEqual(known.toSorted());
  },
  120_000,
);

verifies(
  ['vestibule:keys-overlap', 'vestibule:keys-destroyed'],
  'a deployment that keeps its keys elsewhere signs with a new one at once, and verifies what the old one signed',
  async () => {
    const stateDirectory = emptyDirectory();
    const tokens: string[] = [];
    for (const signing of ['kms', 'envelope', 'kms'] as const) {
      const deployment = await startDeployment({ stateDirectory, config: { ...config, signing } });
      const client = await driveKeys(deployment);
      const { token, kid } = await client.newToken();
      expect([kid, await client.kidIn('active')]).toEqual([kid, kid]);
      for (const earlier of tokens) expect(await client.verifiesNow(earlier), signing).toBe(true);
      expect(await client.published()).toHaveLength(2 + tokens.length);
      tokens.push(token);
      if (tokens.length === 3) {
        await client.pass(day + hour);
        expect(await client.keys()).toHaveLength(2);
        expect(deployment.log.filter((line) => line.includes('"signing_key_destroyed"'))).toHaveLength(4);
      }
      await deployment.stop();
    }
  },
  120_000,
);

verifies(
  'vestibule:keys-destroyed',
  'a dev deployment takes its keys along when it is removed',
  async () => {
    const stateDirectory = emptyDirectory();
    const deployment = await startDeployment({ stateDirectory });
    await deployment.stop();
    const assemblyDirectory = join(emptyDirectory(), 'cdk.out');
    cpSync(await synthesizedAssembly(config), assemblyDirectory, { recursive: true });
    const file = readdirSync(assemblyDirectory).find((name) => name.endsWith('.template.json'))!;
    const template = JSON.parse(readFileSync(join(assemblyDirectory, file), 'utf8')) as {
      Resources: Record<string, { readonly Type: string }>;
    };
    template.Resources = Object.fromEntries(
      Object.entries(template.Resources).filter(([, { Type: type }]) => !type.endsWith('SigningKeys')),
    );
    writeFileSync(join(assemblyDirectory, file), JSON.stringify(template));
    const log: string[] = [];
    const run = await startRun({
      ...{ assemblyDirectory, stateDirectory, port: 0, faults: createFaultPlan() },
      log: (line) => log.push(line),
    });
    ends.push(run.stop);
    const kms = kmsOf({ run, operator: run.cloud.operator });
    expect([...(await signingKeysIn(kms)).values()]).toEqual(['PendingDeletion', 'PendingDeletion']);
    expect(log.filter((line) => line.includes('"signing_key_destroyed"'))).toHaveLength(2);
  },
  90_000,
);
