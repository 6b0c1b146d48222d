import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect } from 'vitest';

import { startRun } from '../../../local/run.ts';
import { config as example } from '../../../vestibule.config.ts';
import { synthesizedAssembly } from '../../support/assembly-cache.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { wrappedKeysOf } from '../support/wrapped-keys.ts';
import { verifies } from '../verifies.ts';

const config = { ...example, signing: 'envelope' } as const;
const grant = { grant_type: 'client_credentials' } as const;
const ends: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

interface Started {
  readonly deployment: TestDeployment;
  readonly requestToken: () => Promise<Answer>;
}

async function started(): Promise<Started> {
  const deployment = await startDeployment({ config });
  ends.push(deployment.stop);
  const client = drive(deployment);
  const analyst = basic('analyst-client', await deployment.secretOf('analyst-client'));
  return { deployment, requestToken: () => client.token(grant, analyst) };
}

/** The reasons that the log gives for not signing, in the order of the events. */
function reasons(log: readonly string[]): readonly string[] {
  return log.flatMap((line) => {
    const found = /"event":"signing_key_unavailable".*?"reason":"([^"]*)"/.exec(line);
    return found?.[1] ?? [];
  });
}

function expectOutage(answer: Answer): void {
  expect([answer.status, answer.body['error']]).toEqual([503, 'temporarily_unavailable']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
}

verifies(
  'vestibule:envelope-unavailable',
  'tells clients to come back while the key cannot be unwrapped, and signs as soon as it can',
  async () => {
    const { deployment, requestToken } = await started();
    const { faults } = deployment.run.cloud;
    for (const [rule, reason] of [
      ['kms:Decrypt~TokenRole=throttle@*', 'ThrottlingException'],
      ['kms:Decrypt~TokenRole=down@*', 'KMSInternalException'],
      ['dynamodb:GetItem~TokenRole=throttle@*', 'DynamoDB is unavailable'],
    ] as const) {
      faults.add(rule);
      const before = reasons(deployment.log).length;
      expectOutage(await requestToken());
      expect(reasons(deployment.log).slice(before)).toEqual([reason]);
      faults.clear();
    }
    faults.add('kms:Decrypt~TokenRole=throttle@1');
    expect((await requestToken()).status).toBe(200);
    // From here on the instance has its key: an outage of KMS is no outage of tokens.
    faults.add('kms:Decrypt=down@*');
    expect((await requestToken()).status).toBe(200);
  },
  120_000,
);

verifies(
  ['vestibule:envelope-unavailable', 'vestibule:missing-permission-is-named'],
  'answers 503 when its role may not unwrap, and the run names the action',
  async () => {
    const directory = mkdtempSync(join(tmpdir(), 'vestibule-envelope-'));
    ends.push(() => {
      rmSync(directory, { recursive: true, force: true });
    });
    cpSync(await synthesizedAssembly(config), directory, { recursive: true });
    withoutUnwrapping(directory);
    const log: string[] = [];
    const run = await startRun({ assemblyDirectory: directory, port: 0, log: (line) => log.push(line) });
    ends.push(run.stop);
    const client = drive({ issuer: run.issuer, run, operator: run.cloud.operator });
    expectOutage(await client.token(grant, await addedSecret(client)));
    expect(reasons(log)).toEqual(['AccessDeniedException']);
    expect(log.join('\n')).toMatch(/DENIED \w*TokenRole\w* may not kms:Decrypt on arn:aws:kms/);
  },
  90_000,
);

verifies(
  'vestibule:envelope-binding',
  'signs nothing with the item of another key',
  async () => {
    const { deployment, requestToken } = await started();
    const atRest = wrappedKeysOf(deployment);
    const [active, standby] = await atRest.items();
    await atRest.put({ ...standby!, pk: active!['pk']!, kid: active!['kid']! });
    expectOutage(await requestToken());
    await atRest.put({ ...active!, intent: standby!['intent']! });
    expectOutage(await requestToken());
    expect(reasons(deployment.log)).toEqual(['public_key_differs', 'InvalidCiphertextException']);
    await atRest.put(active!);
    expect((await requestToken()).status).toBe(200);
  },
  90_000,
);

/** Takes the permission to unwrap signing keys out of every role; that to read client secrets stays. */
function withoutUnwrapping(assembly: string): void {
  const path = join(
    assembly,
    readdirSync(assembly).find((name) => name.endsWith('.template.json'))!,
  );
  const withoutStatement = (_key: string, value: unknown): unknown =>
    Array.isArray(value) ? value.filter((entry) => !isUnwrapping(entry)) : value;
  writeFileSync(path, JSON.stringify(JSON.parse(readFileSync(path, 'utf8'), withoutStatement)));
}

function isUnwrapping(entry: unknown): boolean {
  const text = JSON.stringify(entry);
  return (
    text.includes('"kms:Decrypt"') && text.includes('kms:EncryptionContext:purpose') && text.length < 600
  );
}

async function addedSecret(client: Driver): Promise<{ readonly authorization: string }> {
  const added = await client.admin('POST', 'clients/analyst-client/secrets');
  return basic('analyst-client', String(added.body['client_secret']));
}
