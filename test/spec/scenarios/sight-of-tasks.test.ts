import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { StoredTask } from '../../../lambdas/ports/tasks.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../../lambdas/runtime/identifiers.ts';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { alice, type Granting, grantingAt } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { type PlantedTasks, plannerHasTasks, plantedTasksAt } from '../support/planted-tasks.ts';
import { vestibule } from '../support/vestibule-command.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let granting: Granting;
let planted: PlantedTasks;

beforeAll(async () => {
  deployment = await startDeployment({ config: plannerHasTasks(exampleConfig) });
  client = drive(deployment);
  granting = grantingAt(deployment, client);
  planted = plantedTasksAt(deployment);
});

afterAll(async () => {
  granting.stop();
  planted.stop();
  await deployment.stop();
});

const show = (id: string): Promise<Answer> => client.admin('GET', `tasks/${id}`);
const end = (id: string, body?: object): Promise<Answer> => client.admin('POST', `tasks/${id}/end`, body);
const rested = { reason: 'It reads what it should not' };
const time = (seconds: number): string => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');

/** A task in the name of alice, which could not be renewed of late. */
async function failingTask(): Promise<StoredTask> {
  const { grantId: grant } = await granting.code({ clientId: 'planner-client', agentId: 'planner' });
  const basis = { kind: 'grant', grant, person: alice.id, idp: 'demo' as IdpId, owned: false } as const;
  const failure = { count: 3, since: after(planted.now(), -120), reason: 'demo: it answered 503' };
  return planted.plant({ failure, terms: { basis } });
}

async function listed(query = ''): Promise<readonly Answer['body'][]> {
  return (await client.admin('GET', `tasks${query}`)).body['tasks'] as readonly Answer['body'][];
}

describe('the tasks of a deployment, for operators', () => {
  verifies('vestibule:tasks-shown', 'are shown with whose they are, and how', async () => {
    const [well, failing] = [
      await planted.plant({ terms: { heartbeatSeconds: 3_600 } }),
      await failingTask(),
    ];
    const shown = (await listed()).filter(({ id }) => [well, failing].some(({ terms }) => terms.id === id));
    expect(
      shown.toSorted((one, other) => String(other['health']).localeCompare(String(one['health']))),
    ).toEqual([
      {
        ...{
          id: well.terms.id,
          agent_id: 'planner',
          client_id: 'planner-client',
          purpose: 'scan the accounts',
        },
        access: [{ resource: 'https://mcp.example.com/mcp', scope: 'tools:read' }],
        ...{ delivery: 'pull', opened_at: time(well.terms.openedAt), ceiling: time(well.ceiling) },
        ...{ confirmed_at: time(well.confirmedAt), good_until: time(well.goodUntil) },
        next_refresh_at: time(Number(well.dueAt)),
        last_heartbeat_at: time(well.lastHeartbeatAt),
        ...{ heartbeat_due_at: time(well.lastHeartbeatAt + 3_600), health: 'well' },
      },
      expect.objectContaining({
        ...{ id: failing.terms.id, health: 'failing', ends_at: time(failing.goodUntil) },
        failure: { count: 3, since: time(failing.failure!.since), reason: 'demo: it answered 503' },
        person: expect.objectContaining({
          ...{ id: alice.id, idp: 'demo', name: 'Alice Example', email: 'alice@example.com' },
        }) as object,
      }),
    ]);
    expect((await show(failing.terms.id)).body).toEqual(shown.find(({ id }) => id === failing.terms.id));
    const answers = JSON.stringify(shown);
    expect([well, failing].some(({ handleDigest }) => answers.includes(handleDigest))).toBe(false);
  });

  verifies('vestibule:tasks-shown', 'come in pages, what is due first coming first', async () => {
    await Promise.all(
      Array.from({ length: 5 }, (_, nth) => planted.plant({ dueAt: after(planted.now(), 800 - nth) })),
    );
    const due: string[] = [];
    let cursor: unknown = '';
    do {
      const more = cursor === '' ? '' : `&cursor=${String(cursor)}`;
      const { body } = await client.admin('GET', `tasks?limit=2${more}`);
      due.push(
        ...(body['tasks'] as readonly Answer['body'][]).map((task) => String(task['next_refresh_at'])),
      );
      cursor = body['cursor'];
    } while (cursor !== undefined);
    expect(due.length).toBeGreaterThanOrEqual(5);
    expect(due).toEqual(due.toSorted());
    const strange = await client.admin('GET', 'tasks?cursor=strange');
    expect([strange.status, strange.body['field']]).toEqual([400, 'cursor']);
  });

  verifies('vestibule:tasks-shown', 'are for operators, by the right method', async () => {
    const { id } = (await planted.plant()).terms;
    for (const path of ['tasks', `tasks/${id}`, `tasks/${id}/end`]) {
      const method = path.endsWith('end') ? 'POST' : 'GET';
      expect((await client.send(`/admin/${path}`, { method })).status).toBe(403);
      expect((await client.admin('DELETE', path)).status).toBe(405);
    }
    expect((await show(id)).body['health']).toBe('well');
  });

  verifies('vestibule:task-ended-by-operator', 'are ended once, for a reason that is kept', async () => {
    const { terms, dueAt } = await planted.plant();
    const from = deployment.log.length;
    const ended = await end(terms.id, rested);
    const told = { reason: 'revoked', at: expect.any(String) as string, detail: rested.reason };
    expect([ended.status, ended.body['health'], ended.body['ended']]).toEqual([200, 'over', told]);
    expect((await planted.tasks.find([terms.id]))[0]?.dueAt).toBeLessThan(Number(dueAt));
    const again = await end(terms.id, { reason: 'Once more' });
    expect([again.status, again.body['ended']]).toEqual([409, told]);
    expect((await show(terms.id)).body['ended']).toEqual(told);
    const byOperator = { by: expect.stringContaining('arn:aws:iam::') as string, taskId: terms.id };
    expect(eventsSince(deployment, from).filter(({ event }) => String(event).startsWith('task_end'))).toEqual(
      [
        expect.objectContaining({
          ...{ ...byOperator, event: 'task_ended', agentId: 'planner', clientId: 'planner-client' },
          ...{ reason: 'revoked', detail: rested.reason },
        }),
        expect.objectContaining({ ...byOperator, event: 'task_end_refused', reason: 'task_over' }),
      ],
    );
  });

  verifies(
    'vestibule:task-ended-by-operator',
    'are not ended without a reason, nor by what is no id',
    async () => {
      const { id } = (await planted.plant()).terms;
      const from = deployment.log.length;
      const answers = [
        await end(id),
        await end(id, {}),
        await end(id, { reason: ' ' }),
        await end(id, { reason: 'x', why: 'y' }),
        await end('a'.repeat(22), rested),
        await end('short', rested),
      ];
      expect(answers.map(({ status }) => status)).toEqual([415, 400, 400, 400, 404, 404]);
      expect(eventsSince(deployment, from).map(({ event, reason }) => [event, reason])).toEqual(
        ['not_json', 'field_invalid', 'field_invalid', 'field_invalid', 'not_found', 'not_found'].map(
          (reason) => ['task_end_refused', reason],
        ),
      );
      expect((await show(id)).body['health']).toBe('well');
      expect((await show('short')).status).toBe(404);
    },
  );

  verifies(
    'vestibule:task-ended-by-operator',
    'are not ended by an operator who comes too late',
    async () => {
      const { terms, ceiling } = await planted.plant({ ceiling: after(planted.now(), -60) });
      const late = await end(terms.id, rested);
      expect([late.status, late.body['ended']]).toEqual([
        409,
        { reason: 'ceiling_reached', at: time(ceiling) },
      ]);
    },
  );
});

describe('vestibule tasks', () => {
  verifies(
    ['vestibule:tasks-shown', 'vestibule:task-ended-by-operator'],
    'shows them in a table, one by one, and ends one',
    async () => {
      const { terms } = await failingTask();
      const table = await vestibule(deployment, ['tasks', '--watch']);
      expect([table.code, table.err]).toEqual([0, '']);
      expect(table.out).toMatch(
        new RegExp(
          `${terms.id} +planner +Alice Example +scan the accounts +10 m +in 1[45] m +in 2 h .*failing, ends in 1 h`,
        ),
      );
      const ended = await vestibule(deployment, ['tasks', 'end', terms.id, '--reason', rested.reason]);
      expect([ended.code, ended.out]).toEqual([0, expect.stringContaining(`task ${terms.id} has ended`)]);
      const shown = await vestibule(deployment, ['tasks', 'show', terms.id]);
      expect(shown.out).toMatch(/health +over\n(.*\n)*ended +revoked at .*: It reads what it should not/);
      const again = await vestibule(deployment, ['tasks', 'end', terms.id, '--reason', 'again']);
      expect([again.code, again.err]).toEqual([1, expect.stringContaining('has ended before: revoked')]);
    },
  );
});
