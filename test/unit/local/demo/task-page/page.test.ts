import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../../../local/demo/http.ts';
import { startTaskPage } from '../../../../../local/demo/task-page/serve.ts';
import type { AskAdmin } from '../../../../../local/demo/task-page/shown-tasks.ts';
import { taskLogs } from '../../../../../local/demo/task-page/trail.ts';
import { textOf } from '../../../../support/html-page.ts';

const [running, over, forgotten] = ['r', 'o', 'f'].map((letter) => letter.repeat(22)) as [
  string,
  string,
  string,
];
const times = { opened_at: '2027-01-01T11:00:00Z', ceiling: '2027-01-01T13:00:00Z' };
const answers: Record<string, Awaited<ReturnType<AskAdmin>>> = {};
const asked: string[] = [];
let directory: string;
let page: RunningServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vestibule-page-'));
  page = await startTaskPage({
    port: 0,
    ask: (path) => {
      asked.push(path);
      return Promise.resolve(answers[path] ?? { status: 404, body: {} });
    },
    trail: () => taskLogs(directory),
    log: (line) => {
      throw new Error(line);
    },
  });
  const line = (event: string, taskId: string, minutes: string, more: object = {}): string =>
    `${JSON.stringify({ level: 'INFO', timestamp: `2027-01-01T11:${minutes}:00.000Z`, audit: { event, taskId, ...more } })}\n`;
  writeFileSync(
    join(directory, 'Refresher.log'),
    [
      'not a line of the trail: "task_"\n',
      line('task_renewed', running, '10', { goodUntil: 1 }),
      line('task_renewed', running, '21'),
      line('task_renewal_failed', running, '32', { reason: 'identity provider demo' }),
      line('task_ended', over, '40', { reason: 'revoked' }),
      line('task_ended', forgotten, '41', { reason: 'revoked' }),
      line('provider_circuit_closed', running, '42'),
    ].join(''),
  );
});
afterAll(async () => {
  await page.stop();
  rmSync(directory, { recursive: true });
});

const get = (path = '/tasks', init?: RequestInit) => fetch(`http://localhost:${page.port}${path}`, init);

describe('the page of tasks', () => {
  it('shows those that go on and those that have ended, and what became of them', async () => {
    answers['tasks?limit=100'] = {
      status: 200,
      body: {
        at: '2027-01-01T12:00:00Z',
        tasks: [
          {
            ...{ id: running, agent_id: 'planner', purpose: 'Scan <b>', health: 'failing', ...times },
            ...{ person: { id: 'person.x', name: 'Alice Adams' }, next_refresh_at: '2027-01-01T12:02:00Z' },
            ...{ failure: { reason: 'identity provider demo' }, ends_at: '2027-01-01T12:40:00Z' },
          },
        ],
        cursor: 'more',
      },
    };
    const ended = { reason: 'revoked', at: '2027-01-01T11:40:00Z', detail: 'it is stuck' };
    answers[`tasks/${over}`] = {
      status: 200,
      body: { id: over, agent_id: 'analyst', purpose: 'Stuck', health: 'over', ended, ...times },
    };
    const response = await get();
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    );
    expect(body).not.toContain('Scan <b>');
    const text = textOf(body);
    expect(text).toContain('2 shown at 2027-01-01 12:00 UTC (more go on)');
    expect(text).toContain(
      `Scan <b> ${running} planner Alice Adams 11:00 12:02 13:00 failing: identity provider demo; ends 12:40 unless renewed renewed 2 times, the last at 11:21 not renewed at 11:32: identity provider demo`,
    );
    expect(text).toContain(`Stuck ${over} analyst – 11:00 – 13:00 over at 11:40: revoked (it is stuck)`);
    expect(asked.slice(1).toSorted()).toEqual([`tasks/${forgotten}`, `tasks/${over}`].toSorted());
  });

  it('says so where there is none', async () => {
    answers['tasks?limit=100'] = { status: 200, body: { at: '2027-01-01T12:00:00Z', tasks: [] } };
    answers[`tasks/${over}`] = { status: 404, body: {} };
    expect(textOf(await (await get()).text())).toContain('No task goes on');
  });

  it('says in the words of the deployment why nobody can tell', async () => {
    const error_description = 'no agent of the config has `tasks`, so there are none here';
    answers['tasks?limit=100'] = { status: 404, body: { error: 'not_found', error_description } };
    const response = await get();
    expect([response.status, textOf(await response.text())]).toEqual([
      503,
      expect.stringContaining(error_description),
    ]);
  });

  it('is read, by the name of this machine, and nothing else is there', async () => {
    expect((await get('/')).status).toBe(404);
    expect((await get('/tasks', { method: 'POST' })).status).toBe(405);
    const status = await new Promise((resolve) => {
      const headers = { host: 'attacker.example' };
      request({ port: page.port, host: '127.0.0.1', path: '/tasks', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });
});
