import type { StoredTask } from '../../ports/tasks.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { markProofs, type MarkPorts, type ShownProofs } from '../mark-proofs.ts';
import type { Parameters } from '../parameters.ts';
import type { GrantRefusal, Refusal } from '../refusal.ts';
import { beat, type ChangePorts, extend, finish } from './change-task.ts';
import type { HeldTask } from './held-task.ts';
import { liveTask } from './live-task.ts';
import { type PullPorts, pullToken } from './pull-token.ts';
import type { AskedOfTask, TaskAsk } from './task-request.ts';

export type ActPorts = PullPorts & ChangePorts & MarkPorts;

interface Wanted {
  readonly ask: TaskAsk;
  readonly parameters: Parameters;
  readonly requestId: string;
}

/** Does with a task what its owner asks. */
export async function actOnTask(
  ports: ActPorts,
  held: HeldTask,
  wanted: Wanted,
  shown: ShownProofs,
): Promise<Result<AskedOfTask, Refusal>> {
  const context = { now: shown.now, requestId: wanted.requestId };
  const nonce = held.key?.nonce === undefined ? {} : { dpopNonce: held.key.nonce };
  if (wanted.ask === 'token') {
    const token = await pullToken(ports, held, wanted.parameters.resources, context);
    if (!token.ok) return token;
    // Signed first and marked last: a request that fails half way has spent nothing.
    const fault = await markProofs(ports, shown, undefined);
    return fault === undefined
      ? ok({ task: held.task, token: token.value, ...nonce })
      : refuse({ reason: fault });
  }
  // Marked first: what is replayed must change nothing. The same request again does what it was made to do.
  const fault = await markProofs(ports, shown, sha256(`task\0${wanted.ask}\0${held.task.terms.id}`));
  if (fault !== undefined) return refuse({ reason: fault });
  const task = await changed(ports, held, wanted, context);
  return task.ok ? ok({ task: task.value, ...nonce }) : task;
}

function changed(
  ports: ActPorts,
  held: HeldTask,
  { ask, parameters }: Wanted,
  context: { readonly now: Instant; readonly requestId: string },
): Promise<Result<StoredTask, GrantRefusal>> {
  switch (ask) {
    case 'heartbeat':
      return beat(ports, held, context);
    case 'complete':
      return finish(ports, held, 'completed', context);
    case 'revoke':
      return finish(ports, held, 'revoked', context);
    case 'extend':
      return extend(ports, held, parameters, context);
    case 'token':
    case 'status':
      return standing(ports, held, context);
  }
}

/** Of one that is over too, with its end. */
async function standing(
  ports: ActPorts,
  held: HeldTask,
  context: { readonly now: Instant; readonly requestId: string },
): Promise<Result<StoredTask, GrantRefusal>> {
  const live = await liveTask(ports, held, context);
  if (live.ok) return ok(held.task);
  return live.refusal.reason === 'task_over' ? ok({ ...held.task, ended: live.refusal.end }) : live;
}
