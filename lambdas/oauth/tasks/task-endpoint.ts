import type { Instant } from '../../runtime/clock.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import { type PossessionPorts, readPossession } from '../dpop/possession.ts';
import { endpointsAt, type Hosts } from '../metadata/endpoints.ts';
import type { Shown } from '../mutual-tls/bound-certificate.ts';
import type { Refusal } from '../refusal.ts';
import { actOnTask, type ActPorts } from './act-on-task.ts';
import { type HeldTask, type HeldTaskPorts, taskOfClient, taskOfHolder } from './held-task.ts';
import { taskRefused } from './refusal.ts';
import { taskAudit } from './task-audit.ts';
import type { AskedOfTask, AskTask, TaskRequest } from './task-request.ts';

export interface TaskEndpointPorts extends DecisionPorts, PossessionPorts, HeldTaskPorts, Hosts {
  readonly acts: ActPorts;
}

/** What is asked of a task, by its client that proves itself or by the handle alone, where that is bound to a key. */
export function taskEndpoint(ports: TaskEndpointPorts): AskTask {
  const byClient = decidedRequest<TaskRequest, AskedOfTask>({
    ports,
    decide: (request, client, now) => askByClient(ports, request, client, now),
    eventOf: (request, client, outcome) => taskAudit(request, client, outcome),
  });
  return (request, now) =>
    request.presented === undefined
      ? byClient(request, now)
      : askByHandle(ports, { ...request, presented: request.presented }, now);
}

async function askByClient(
  ports: TaskEndpointPorts,
  request: TaskRequest,
  client: AuthenticatedClient,
  now: Instant,
): Promise<Result<AskedOfTask, Refusal>> {
  const { handles, taskId } = request;
  const [handle, ...others] = handles;
  if (handle === undefined) return taskRefused('handle_missing');
  if (others.length > 0) return taskRefused('several_handles');
  const shown = await shownBy(ports, request, undefined, now);
  const held = await taskOfClient(ports, { handle, taskId }, client, shown);
  return held.ok
    ? actOnTask(ports.acts, held.value, request, { client, possession: shown.possession, now })
    : held;
}

type HandleRequest = TaskRequest & { readonly presented: NonNullable<TaskRequest['presented']> };

/** Only what proves nobody counts against its address, as where clients prove themselves. */
async function askByHandle(
  ports: TaskEndpointPorts,
  request: HandleRequest,
  now: Instant,
): Promise<Result<AskedOfTask, Refusal>> {
  const { limits } = ports;
  const { sourceAddress } = request;
  const admitted = limits.address.admit(sourceAddress, now);
  const held = admitted.ok ? await heldByHandle(ports, request, now) : admitted;
  const outcome = held.ok ? await withinLimit(ports, request, held.value, now) : held;
  if (!held.ok && admitted.ok) await limits.address.count(sourceAddress, now);
  const event = taskAudit(request, held.ok ? held.value.task.owner : undefined, outcome);
  if (event !== undefined) ports.audit(event);
  return outcome;
}

interface Proven {
  readonly task: HeldTask;
  readonly shown: Shown;
}

async function heldByHandle(
  ports: TaskEndpointPorts,
  request: HandleRequest,
  now: Instant,
): Promise<Result<Proven, Refusal>> {
  const { presented, taskId, handles } = request;
  if (handles.length > 0) return taskRefused('several_handles');
  const shown = await shownBy(ports, request, presented.handle, now);
  const held = await taskOfHolder(ports, { ...presented, taskId }, shown);
  return held.ok ? ok({ task: held.value, shown }) : held;
}

async function withinLimit(
  { limits, acts }: TaskEndpointPorts,
  request: HandleRequest,
  { task, shown: { possession } }: Proven,
  now: Instant,
): Promise<Result<AskedOfTask, Refusal>> {
  const counted = await limits.client.count(task.task.terms.clientId, now);
  return counted.ok ? actOnTask(acts, task, request, { possession, now }) : counted;
}

/** RFC 9449 §4.3: the URL as it is published; §7: with the hash of the handle, where that stands in place of a token. */
async function shownBy(
  ports: TaskEndpointPorts,
  { proof, certificate, taskId, ask, method }: TaskRequest,
  accessToken: string | undefined,
  now: Instant,
): Promise<Shown> {
  const { tasks } = endpointsAt(ports, certificate);
  const url = ask === 'status' ? `${tasks}/${taskId}` : `${tasks}/${taskId}/${ask}`;
  const target = { method, url, ...(accessToken !== undefined && { accessToken }) };
  return { possession: await readPossession(ports, proof, target, now), certificate };
}
