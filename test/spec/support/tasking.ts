import type { VestibuleConfig } from '../../../lib/index.ts';
import type { Answer } from './driver.ts';
import { type GoingOn, startGoingOn } from './going-on.ts';

type Form = Readonly<Record<string, string | undefined>>;
/** A parameter may stand there twice. */
type Pairs = readonly (readonly [string, string])[];
type Ask = 'token' | 'heartbeat' | 'complete' | 'extend' | 'revoke';

export const minute = 60;
export const hour = 60 * minute;

/** A task that was opened, as its client knows it. */
export interface Opened {
  readonly id: string;
  readonly handle: string;
  readonly clientId: string;
  readonly body: Answer['body'];
}

export interface Tasking extends GoingOn {
  /** A request for a task; `undefined` leaves a parameter out. */
  readonly open: (form?: Form | Pairs, clientId?: string) => Promise<Answer>;
  /** The same, of which a task is expected. */
  readonly task: (form?: Form, clientId?: string) => Promise<Opened>;
  readonly ask: (task: Opened, what: Ask, form?: Form, clientId?: string) => Promise<Answer>;
  readonly status: (task: Opened, clientId?: string) => Promise<Answer>;
  readonly seconds: () => number;
}

export async function startTasking(
  change: (config: VestibuleConfig) => VestibuleConfig = (config) => config,
): Promise<Tasking> {
  const house = await startGoingOn(change);
  const { client } = house;
  const post = async (path: string, form: Pairs, clientId: string) =>
    client.send(path, {
      ...{ method: 'POST', headers: await house.as(clientId) },
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])),
    });
  const open: Tasking['open'] = (form = {}, clientId = 'planner-client') =>
    post('/tasks', isPairs(form) ? form : given({ purpose: 'Scan', ...form }), clientId);
  return {
    ...house,
    open,
    task: async (form, clientId = 'planner-client') => {
      const { status, body, text } = await open(form, clientId);
      if (status !== 201) throw new Error(`${status} ${text}`);
      return { id: String(body['task_id']), handle: String(body['handle']), clientId, body };
    },
    ask: (task, what, form = {}, clientId = task.clientId) =>
      post(`/tasks/${task.id}/${what}`, given({ handle: task.handle, ...form }), clientId),
    status: async (task, clientId = task.clientId) =>
      client.get(`/tasks/${task.id}`, {
        ...(await house.as(clientId)),
        'vestibule-task-handle': task.handle,
      }),
    seconds: () => Math.floor(house.run.clock.now() / 1_000),
  };
}

function given(form: Form): Pairs {
  return Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function isPairs(form: Form | Pairs): form is Pairs {
  return Array.isArray(form);
}
