import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject, ResourceDefinition } from '../../../local/cloudformation/template.ts';
import { startRun, type LocalRun } from '../../../local/run.ts';
import { functionResources, temporaryDirectory, writeAssembly } from './fixture.ts';

/** Writes every event it gets to a file and answers as the event's `Answer` says. */
const recorder = `
const { appendFileSync } = require('node:fs');
exports.handler = async (event) => {
  appendFileSync(process.env.RECORD, JSON.stringify(event) + '\\n');
  const { Answer = 'SUCCESS', Name } = event.ResourceProperties;
  if (Answer === 'THROW') throw new Error('cannot do it');
  if (Answer === 'SILENCE') return;
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify({
    Status: Answer, Reason: Answer === 'FAILED' ? 'the name is taken' : undefined,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    PhysicalResourceId: 'thing/' + Name, Data: { Greeting: 'hello ' + Name },
  }) });
};`;

interface Recorded {
  readonly RequestType: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: JsonObject;
  readonly OldResourceProperties?: JsonObject;
}

let running: LocalRun | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

function world(): {
  readonly run: (thing: JsonObject | undefined) => Promise<LocalRun>;
  readonly recorded: () => readonly Recorded[];
} {
  const stateDirectory = temporaryDirectory();
  mkdirSync(stateDirectory, { recursive: true });
  const record = join(stateDirectory, 'events.jsonl');
  const start = async (thing: JsonObject | undefined): Promise<LocalRun> => {
    await running?.stop();
    const custom: Record<string, ResourceDefinition> =
      thing === undefined
        ? {}
        : {
            Thing: {
              Type: 'Custom::Thing',
              Properties: { ServiceToken: { 'Fn::GetAtt': ['MakerFunction', 'Arn'] }, ...thing },
            },
          };
    const assemblyDirectory = writeAssembly({
      resources: { ...functionResources('Maker', 'maker', { environment: { RECORD: record } }), ...custom },
      code: { maker: recorder },
      outputs: thing === undefined ? {} : { Greeting: { Value: { 'Fn::GetAtt': ['Thing', 'Greeting'] } } },
    });
    running = await startRun({ assemblyDirectory, port: 0, stateDirectory, log: () => undefined });
    return running;
  };
  return {
    run: start,
    recorded: () =>
      readFileSync(record, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Recorded),
  };
}

describe('custom resources', () => {
  it('are created, left alone, updated with their old properties, and deleted, over restarts', async () => {
    const { run, recorded } = world();
    const first = await run({ Name: 'a', Count: 1, Flag: true });
    expect(first.outputs['Greeting']).toBe('hello a');
    await run({ Name: 'a', Count: 1, Flag: true });
    await run({ Name: 'a', Count: 2, Flag: true });
    await run(undefined);
    expect(recorded().map(({ RequestType }) => RequestType)).toEqual(['Create', 'Update', 'Delete']);
    const [created, updated, deleted] = recorded();
    expect(created?.ResourceProperties).toMatchObject({ Name: 'a', Count: '1', Flag: 'true' });
    expect(updated?.PhysicalResourceId).toBe('thing/a');
    expect(updated?.OldResourceProperties).toMatchObject({ Count: '1' });
    expect(updated?.ResourceProperties).toMatchObject({ Count: '2' });
    expect(deleted?.PhysicalResourceId).toBe('thing/a');
  });

  it('are replaced when an update answers another physical id: the old one is deleted last', async () => {
    const { run, recorded } = world();
    await run({ Name: 'a' });
    await run({ Name: 'b' });
    expect(
      recorded().map(({ RequestType, PhysicalResourceId }) => [RequestType, PhysicalResourceId]),
    ).toEqual([
      ['Create', undefined],
      ['Update', 'thing/a'],
      ['Delete', 'thing/a'],
    ]);
  });

  it('stop the run with their reason, and are tried again at the next start', async () => {
    const { run, recorded } = world();
    await expect(run({ Name: 'a', Answer: 'FAILED' })).rejects.toThrow(
      'create Thing (Custom::Thing): the name is taken',
    );
    await run({ Name: 'a' });
    expect(recorded().map(({ RequestType }) => RequestType)).toEqual(['Create', 'Create']);
  });

  it('stop the run when their function throws', async () => {
    await expect(world().run({ Name: 'a', Answer: 'THROW' })).rejects.toThrow('cannot do it');
  });

  it('stop the run when no answer comes in time', async () => {
    const silent = world().run({ Name: 'a', Answer: 'SILENCE', ServiceTimeout: 1 });
    await expect(silent).rejects.toThrow('no answer in 1 seconds');
  });
});
