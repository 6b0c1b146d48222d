import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { customResource } from '../../../lambdas/cloudformation/custom-resource.ts';
import { readEvent } from '../../../lambdas/functions/registrar/event.ts';
import { physicalIdOf } from '../../../lambdas/functions/registrar/registrations.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { ok, refuse, type Result } from '../../../lambdas/runtime/result.ts';

let server: Server;
let url: string;
let answers: { readonly headers: object; readonly body: Record<string, unknown>; readonly bytes: number }[];
let failures = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      if (failures > 0) {
        failures -= 1;
        response.writeHead(503).end();
        return;
      }
      const text = Buffer.concat(chunks).toString();
      answers.push({
        headers: request.headers,
        body: JSON.parse(text) as Record<string, unknown>,
        bytes: text.length,
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=secret`;
});
beforeEach(() => {
  answers = [];
});
afterAll(() => {
  server.close();
});

function anEvent(changes: object = {}): object {
  return {
    ...{ RequestType: 'Create', ResponseURL: url, StackId: 'stack', RequestId: 'request' },
    ...{ LogicalResourceId: 'AgentPlanner', ResourceType: 'Custom::VestibuleAgent' },
    ResourceProperties: { ServiceToken: 'arn', Declaration: '{"id":"planner"}' },
    ...changes,
  };
}

async function answerTo(
  event: object,
  outcome: () => Promise<Result<undefined, string>>,
): Promise<Record<string, unknown>> {
  const handle = customResource({
    ...{ read: readEvent, carryOut: outcome, physicalIdOf, name: 'the registrar' },
    pauses: [1, 1],
  });
  await handle(event);
  expect(answers).toHaveLength(1);
  return answers[0]!.body;
}

const done = () => Promise.resolve(ok(undefined));

describe('the registrar', () => {
  it('names a thing by its kind and id', async () => {
    expect(await answerTo(anEvent(), done)).toEqual({
      ...{ Status: 'SUCCESS', PhysicalResourceId: 'agent/planner' },
      ...{ StackId: 'stack', RequestId: 'request', LogicalResourceId: 'AgentPlanner' },
    });
  });

  it('names a changed id anew, so that the old thing is deleted after', async () => {
    const update = anEvent({ RequestType: 'Update', PhysicalResourceId: 'agent/former' });
    expect((await answerTo(update, done))['PhysicalResourceId']).toBe('agent/planner');
  });

  it('tells a refusal, under a name whose deletion touches nothing', async () => {
    expect(await answerTo(anEvent(), () => Promise.resolve(refuse('it is taken')))).toMatchObject({
      ...{ Status: 'FAILED', Reason: 'it is taken', PhysicalResourceId: 'not-created/AgentPlanner' },
    });
  });

  it('keeps the name of what exists when its update or deletion is refused', async () => {
    const update = anEvent({ RequestType: 'Update', PhysicalResourceId: 'agent/former' });
    expect((await answerTo(update, () => Promise.resolve(refuse('no'))))['PhysicalResourceId']).toBe(
      'agent/former',
    );
  });

  it('answers a failed dependency by what to do, and the name under which something may exist', async () => {
    const down = () => Promise.reject(new DependencyUnavailable('DynamoDB', { cause: 'down' }));
    expect(await answerTo(anEvent(), down)).toMatchObject({
      ...{
        Status: 'FAILED',
        Reason: 'DynamoDB is unavailable; deploy again',
        PhysicalResourceId: 'agent/planner',
      },
    });
  });

  it('tries again what a dependency refused, such as a permission that IAM does not know yet', async () => {
    let tries = 0;
    const slow = () => {
      tries += 1;
      return tries < 3
        ? Promise.reject(new DependencyUnavailable('Secrets Manager', { cause: 'AccessDenied' }))
        : done();
    };
    expect(await answerTo(anEvent(), slow)).toMatchObject({ Status: 'SUCCESS' });
  });

  it('answers a defect without its words', async () => {
    const broken = () => Promise.reject(new Error('the secret is hunter2'));
    expect((await answerTo(anEvent(), broken))['Reason']).toBe(
      'the registrar failed; its log tells why, under request request',
    );
  });

  it('answers an event that it does not understand', async () => {
    expect(await answerTo(anEvent({ ResourceType: 'Custom::Other' }), done)).toMatchObject({
      Status: 'FAILED',
    });
  });

  it('sends its answer again until it is taken, and never one of more than 4 kB', async () => {
    failures = 2;
    await answerTo(anEvent(), () => Promise.resolve(refuse('x'.repeat(10_000))));
    expect(answers[0]!.bytes).toBeLessThan(4_096);
    expect(answers[0]!.headers).toMatchObject({ 'content-type': '' });
  });
});
