import { describe, expect, it } from 'vitest';
import type { AdminClient } from '../../../bin/cli/admin-client.ts';
import type { Json } from '../../../bin/cli/declaration.ts';
import { Refused } from '../../../bin/cli/failure.ts';
import type { Surroundings } from '../../../bin/cli/io.ts';
import { readArguments } from '../../../bin/cli/options.ts';
import { tasksCommand } from '../../../bin/cli/tasks.ts';

const at = '2027-01-01T12:00:00Z';
const id = 'a'.repeat(22);

function aTask(changes: Json = {}): Json {
  return {
    ...{ id, agent_id: 'planner', purpose: 'Scan the accounts', health: 'well' },
    ...{ opened_at: '2027-01-01T11:00:00Z', next_refresh_at: '2027-01-01T12:08:00Z' },
    ceiling: '2027-01-04T11:00:00Z',
    ...changes,
  };
}

interface Played {
  /** What is answered, one after the other; an error is thrown, and the last one comes again. */
  readonly answers: readonly (Json | Error)[];
  /** How many times somebody looks; absent: there is no terminal. */
  readonly looks?: number;
}

async function run({ answers, looks }: Played, ...args: readonly string[]) {
  const [sent, shown]: [unknown[], string[]] = [[], []];
  const admin: AdminClient = {
    send: (...request) => {
      const answer = answers[Math.min(sent.push(request), answers.length) - 1] ?? {};
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    listAll: () => Promise.reject(new Error('nothing is listed')),
  };
  const surroundings: Surroundings = {
    ...{ out: () => undefined, err: () => undefined, input: () => Promise.resolve('') },
    ...{ environment: {}, directory: '/' },
    ...(looks !== undefined && {
      terminal: { show: (text) => shown.push(text), pause: () => Promise.resolve(shown.length < looks) },
    }),
  };
  const { values, positionals } = readArguments(args);
  const said = await tasksCommand({ words: positionals, values, admin: () => admin, surroundings });
  return { ...said, sent, shown };
}

const page = (tasks: readonly Json[], more: Json = {}): Json => ({ at, tasks, ...more });

describe('the table of tasks', () => {
  it('has a row for each, with how it is by the clock of the deployment', async () => {
    const { text, sent } = await run({ answers: [page([aTask()])] });
    expect(sent).toEqual([['GET', 'tasks?limit=100']]);
    expect(text).toMatch(/^TASK +AGENT +PERSON +PURPOSE +AGE +NEXT REFRESH +CEILING +HEALTH\n/);
    expect(text).toMatch(
      /a{22} +planner +- +Scan the accounts +1 h 0 m +in 8 m +in 2 d 23 h +well\n\n1 task at 2027/,
    );
    expect((await run({ answers: [page([])] })).text).toMatch(/no task goes on/);
  });

  it('shows what needs somebody first, and why', async () => {
    const failure = { count: 3, since: at, reason: 'company: it answered 503' };
    const tasks = [
      aTask({ id: 'well' }),
      aTask({ id: 'ending', health: 'ending', next_refresh_at: undefined }),
      aTask({ id: 'late', health: 'late', late_seconds: 300, next_refresh_at: '2027-01-01T11:55:00Z' }),
      aTask({ id: 'failing', health: 'failing', failure, ends_at: '2027-01-01T12:40:00Z' }),
      aTask({
        id: 'over',
        health: 'over',
        ended: { reason: 'completed' },
        person: { id: 'p', name: 'Alice' },
      }),
    ];
    const rows = (await run({ answers: [page(tasks)] })).text.split('\n').slice(1, 6);
    expect(rows).toEqual([
      expect.stringMatching(/^over .* Alice .* over: completed$/),
      expect.stringMatching(/^failing .* failing, ends in 40 m: company: it answered 503$/),
      expect.stringMatching(/^late .* 5 m ago .* late by 5 m$/),
      expect.stringMatching(/^ending .* - +in 2 d 23 h +ending$/),
      expect.stringMatching(/^well .* well$/),
    ]);
  });

  it('lets no text of an agent steer the terminal, nor take all of a line', async () => {
    const purpose = `\u001b[2J${'x'.repeat(300)}`;
    const { text } = await run({ answers: [page([aTask({ purpose })])] });
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('x'.repeat(33));
  });

  it('names each task once, stops at some five hundred, and says that there are more', async () => {
    const ofPage = (from: number) =>
      Array.from({ length: 100 }, (_, nth) => aTask({ id: `task ${from + nth}` }));
    const answers = [0, 50, 150, 250, 350, 450, 550].map((from) =>
      page(ofPage(from), { cursor: `after ${from}` }),
    );
    const some = await run({ answers });
    expect(some.sent.at(1)).toEqual(['GET', 'tasks?limit=100&cursor=after%200']);
    expect(some.json).toHaveLength(550);
    expect(some.text).toMatch(/550 tasks at .*, and there are more: --all shows them$/);
    const all = await run({ answers: [...answers, page(ofPage(650))] }, '--all');
    expect(all.json).toHaveLength(750);
    expect(all.text).toMatch(/750 tasks at 2027-01-01T12:00:00Z$/);
  });

  it('shows those of one agent alone, where one is named', async () => {
    const answers = [page([aTask(), aTask({ id: 'other', agent_id: 'courier' })])];
    expect((await run({ answers }, '--agent', 'courier')).json).toMatchObject([{ id: 'other' }]);
  });
});

describe('watching tasks', () => {
  it('shows them anew in place, and goes on while nothing answers', async () => {
    const later = page([aTask({ health: 'ending' })]);
    const silent = new Refused('nothing answers');
    const answers = [page([aTask()]), silent, silent, later];
    const { shown, text } = await run({ answers, looks: 4 }, '--watch');
    expect(shown.map((each) => /(well|ending)\n/.exec(each)?.[1])).toEqual([
      'well',
      'well',
      'well',
      'ending',
    ]);
    expect(shown.map((each) => each.match(/nothing answers/g)?.length ?? 0)).toEqual([0, 1, 1, 0]);
    expect(text).toBe(shown.at(-1));
  });

  it('is one look where nobody watches, or a machine does', async () => {
    for (const args of [['--watch'], ['--watch', '--json']]) {
      const looks = args.length === 1 ? {} : { looks: 3 };
      const { sent, shown } = await run({ answers: [page([aTask()])], ...looks }, ...args);
      expect([sent.length, shown.length]).toEqual([1, 0]);
    }
  });

  it('fails at once where nothing ever answered', async () => {
    await expect(run({ answers: [new Refused('no')], looks: 3 }, '--watch')).rejects.toThrow('no');
  });
});

describe('one task', () => {
  it.each([`-${'Z'.repeat(21)}`, `--${'z'.repeat(20)}`, `-h${'z'.repeat(20)}`])(
    'is shown and ended by its id, also where that begins as an option does: %s',
    async (dashed) => {
      const task = aTask({ id: dashed });
      expect((await run({ answers: [task] }, 'show', dashed)).sent).toEqual([['GET', `tasks/${dashed}`]]);
      const { sent } = await run({ answers: [task] }, 'end', dashed, '--reason', 'it is stuck');
      expect(sent).toEqual([['POST', `tasks/${dashed}/end`, { reason: 'it is stuck' }]]);
    },
  );

  it('is shown in words', async () => {
    const task = aTask({
      person: { id: 'person.a', idp: 'company', name: 'Alice' },
      failure: { count: 2, since: at, reason: 'company is down' },
      ended: { reason: 'revoked', at, detail: 'enough', of: 'parent' },
    });
    const { text, json, sent } = await run({ answers: [task] }, 'show', id);
    expect(sent).toEqual([['GET', `tasks/${id}`]]);
    expect(text).toMatch(/person +person\.a {2}company {2}Alice\n/);
    expect(text).toMatch(/failure +2 in a row since 2027-01-01T12:00:00Z: company is down\n/);
    expect(text).toMatch(/ended +revoked at 2027-01-01T12:00:00Z, as task parent: enough$/);
    expect(json).toBe(task);
  });

  it('is ended with a reason', async () => {
    const { text, sent } = await run({ answers: [aTask()] }, 'end', id, '--reason', 'It is stuck');
    expect(sent).toEqual([['POST', `tasks/${id}/end`, { reason: 'It is stuck' }]]);
    expect(text).toContain(`task ${id} has ended, with all below it`);
  });

  it.each([
    [['stop', id], /no command of tasks: list, show, end/],
    [['show'], /as `vestibule tasks` shows it/],
    [['show', `${id}.secret`], /handle of a task, which is a secret/],
    [['end', id], /say why with --reason/],
    [['end', id, '--reason', ' '], /say why with --reason/],
    [['show', id, 'now'], /one word too many/],
    [['show', id, '--all'], /no option/],
  ])('is to be asked for otherwise than by %j', async (args, words) => {
    await expect(run({ answers: [{}] }, ...args)).rejects.toThrow(words);
  });
});
