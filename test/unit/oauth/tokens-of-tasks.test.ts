import { describe, expect, it } from 'vitest';
import type { TaskStanding } from '../../../lambdas/ports/token-standing.ts';
import type { AgentId, ClientId, TaskId } from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';
import { aServerClient, aToken, aTokenJudge, theClaims, type TokenJudge } from './a-token-judge.ts';
import { aClient, anAgent, now, theSecret } from './mothers.ts';

const idOf = (letter: string): TaskId => letter.repeat(22) as TaskId;
const [root, own] = [idOf('r'), idOf('o')];

function aTask(id: TaskId, ancestors: readonly TaskId[] = [], change: object = {}): TaskStanding {
  return { terms: { id, clientId: 'planner-client' as ClientId, ancestors }, hasEnded: false, ...change };
}

const tasks = [aTask(root), aTask(own, [root])];
const ofTask = { ...theClaims, task_chain: [root, own] };

/** The same, exchanged by an analyst. */
const analyst = { client_id: 'analyst-client', agent_id: 'analyst' };
const exchanged = {
  ...{ ...ofTask, ...analyst, jti: 'second' },
  ...{ act: { sub: 'analyst', ...analyst }, jti_chain: ['first'] },
  client_chain: [{ client_id: 'planner-client', agent_id: 'planner', exp: now + 900 }],
};
const everybody = {
  agents: [anAgent(), anAgent({ id: 'analyst' as AgentId })],
  clients: [
    ...[aClient(), aServerClient()],
    aClient({ id: 'analyst-client' as ClientId, agentId: 'analyst' as AgentId }),
  ],
};

async function introspected(judge: TokenJudge, claims: object): Promise<string> {
  const outcome = await judge.introspect(
    {
      parameters: { values: new Map([['token', await aToken(claims)]]), resources: [] },
      authorization: { kind: 'basic', clientId: 'demo-server', secret: new Secret(theSecret) },
      ...{ requestId: 'request-1', sourceAddress: '192.0.2.1' },
    },
    now,
  );
  if (!outcome.ok) return outcome.refusal.reason;
  return outcome.value.active ? 'active' : outcome.value.reason;
}

describe('a token of a task', () => {
  it('counts while that goes on and those above it, and leaves word of it', async () => {
    const judge = aTokenJudge({ tasks });
    expect(await introspected(judge, ofTask)).toBe('active');
    expect(judge.asked).toMatchObject([{ tasks: [root, own] }]);
    expect(judge.audited).toMatchObject([{ active: true, taskId: own }]);
    await introspected(judge, theClaims);
    expect(judge.asked[1]).not.toHaveProperty('tasks');
    expect(judge.audited[1]).not.toHaveProperty('taskId');
  });

  const change = (id: TaskId, to: object): readonly TaskStanding[] =>
    tasks.map((task) => (task.terms.id === id ? { ...task, ...to } : task));

  it.each([
    ['it has ended', change(own, { hasEnded: true })],
    ['one above it has ended', change(root, { hasEnded: true })],
    ['it is gone', [aTask(root)]],
    ['one above it is gone', [aTask(own, [root])]],
    ['nothing is kept of any', []],
    ['it was opened by another client', [aTask(root), otherClients(aTask(own, [root]))]],
    ['it was opened below another one', [aTask(root), aTask(own, [idOf('x')])]],
    ['it was opened below none', [aTask(root), aTask(own)]],
    ['more are above it than the token says', [aTask(root), aTask(own, [idOf('x'), root])]],
  ])('counts for nothing once %s', async (_what, kept) => {
    expect(await introspected(aTokenJudge({ tasks: kept }), ofTask)).toBe('task_ended');
    expect(await introspected(aTokenJudge({ ...everybody, tasks: kept }), exchanged)).toBe('task_ended');
  });

  it('is of that task still when it was exchanged, and then by whichever client it came through', async () => {
    expect(await introspected(aTokenJudge({ ...everybody, tasks }), exchanged)).toBe('active');
    const opened = [aTask(root), otherClients(aTask(own, [root]), 'analyst-client')];
    expect(await introspected(aTokenJudge({ ...everybody, tasks: opened }), exchanged)).toBe('active');
  });

  it('may be below a task of somebody else', async () => {
    const kept = [otherClients(aTask(root)), aTask(own, [root])];
    expect(await introspected(aTokenJudge({ tasks: kept }), ofTask)).toBe('active');
  });

  it('is told to be revoked where it is that too', async () => {
    const ended = { tasks: change(own, { hasEnded: true }), isRevoked: true };
    expect(await introspected(aTokenJudge(ended), ofTask)).toBe('revoked');
  });

  const four = ['a', 'b', 'c', 'd'].map(idOf);

  it('is below three others at most', async () => {
    const kept = four.map((id, index) => aTask(id, four.slice(0, index)));
    expect(await introspected(aTokenJudge({ tasks: kept }), { ...ofTask, task_chain: four })).toBe('active');
  });

  it.each([
    ['of five tasks', [...four, idOf('e')]],
    ['of none', []],
    ['of the same task twice', [own, own]],
    ['of a task whose id is too short', ['short']],
    ['of a task whose id is of other characters', [`${'o'.repeat(21)}#`]],
    ['of a task that is no text', [root, 7]],
    ['of a task that is no list', own],
  ])('makes none of ours %s', async (_what, chain) => {
    const judge = aTokenJudge({ tasks });
    expect(await introspected(judge, { ...ofTask, task_chain: chain })).toBe('not_an_access_token');
  });
});

function otherClients(task: TaskStanding, clientId = 'courier-client'): TaskStanding {
  return { ...task, terms: { ...task.terms, clientId: clientId as ClientId } };
}
