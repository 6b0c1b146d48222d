import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { startCloud } from '../../../../local/aws/cloud.ts';
import { engineBinary, startEngine } from '../../../../local/aws/dynamodb/engine.ts';
import { createFaultPlan } from '../../../../local/aws/faults.ts';
import { createVirtualClock } from '../../../../local/clock.ts';

it('gives engines that start together a port each', async () => {
  const engines = await Promise.all(Array.from({ length: 8 }, () => startEngine(undefined)));
  expect(new Set(engines.map(({ endpoint }) => endpoint)).size).toBe(8);
  await Promise.all(engines.map(({ stop }) => stop()));
});

it('says which package a platform without the engine needs, and how to do without', () => {
  expect(() => engineBinary('darwin', 'arm64')).toThrow(/npm install --no-save @dynoxide\/darwin-arm64/);
  expect(() => engineBinary('darwin', 'arm64')).toThrow(/AWS_ENDPOINT_URL_DYNAMODB=/);
});

it('stands before any other engine that it is pointed at', async () => {
  const engine = await startEngine(undefined);
  const cloud = await startCloud({
    region: 'us-east-1',
    account: '000000000000',
    clock: createVirtualClock(),
    faults: createFaultPlan(),
    dynamodbEndpoint: engine.endpoint,
  });
  const config = { region: 'us-east-1', endpoint: cloud.endpoint, credentials: cloud.root, maxAttempts: 1 };
  const list = (): Promise<unknown> => new DynamoDBClient(config).send(new ListTablesCommand({}));
  await expect(list()).resolves.toMatchObject({ TableNames: [] });
  await engine.stop();
  await expect(list()).rejects.toThrow(expect.objectContaining({ name: 'InternalServerError' }));
  await cloud.stop();
});

it('advances a clock for everyone who shares it', () => {
  const clock = createVirtualClock();
  const shared = createVirtualClock(clock.shared);
  const before = Date.now();
  clock.advance(3_600);
  expect(shared.now() - before).toBeGreaterThanOrEqual(3_600_000);
  shared.advance(-3_600);
  expect(clock.now() - before).toBeLessThan(60_000);
});
