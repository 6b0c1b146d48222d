import * as v from 'valibot';
import { bodyRefused } from '../../http/body-refusal.ts';
import { readJson } from '../../http/json-body.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { errorJson, json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import { peopleText } from '../../registry/declaration/fields.ts';
import { readDeclaration } from '../../registry/declaration/read.ts';
import { time } from '../../registry/wire.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import type { TaskId } from '../../runtime/identifiers.ts';
import { endByOperator, type EndRefusal, listTasks, seeTask, type SightPorts } from '../../tasks/sight.ts';
import { whose } from '../../tasks/whose.ts';
import { refused } from './answers.ts';
import { unknownCursor } from './collection.ts';
import { readPageRequest } from './page-request.ts';
import { endForm, taskForm } from './task-form.ts';

export interface TaskPorts extends SightPorts {
  readonly clock: Clock;
  readonly audit: Audit;
}

const ending = v.strictObject({ reason: peopleText(256) });

/** The tasks that go on, one of them, and its end. */
export function taskRoutes(ports: TaskPorts): readonly Route[] {
  return [
    route('/admin/tasks', methods({ GET: (request) => list(ports, request) })),
    route('/admin/tasks/{id}', (request, { id }) => methods({ GET: () => show(ports, id) })(request)),
    route('/admin/tasks/{id}/end', (request, { id }) =>
      methods({ POST: (post) => end(ports, post, id) })(request),
    ),
  ];
}

/** Where nothing of tasks is deployed. */
export const noTaskRoutes: readonly Route[] = ['/admin/tasks', '/admin/tasks/{rest+}'].map((path) =>
  route(path, () =>
    Promise.resolve(
      errorJson(404, 'not_found', 'no agent of the config has `tasks`, so there are none here'),
    ),
  ),
);

async function list(ports: TaskPorts, { query }: HttpRequest): Promise<HttpResponse> {
  const asked = readPageRequest(query);
  if (!asked.ok) return refused(asked.refusal);
  const now = ports.clock();
  const page = await listTasks(ports, asked.value, now);
  if (page === undefined) return refused(unknownCursor);
  return json(200, { at: time(now), tasks: page.things.map(taskForm), cursor: page.cursor });
}

async function show(ports: TaskPorts, id: string): Promise<HttpResponse> {
  const found = isTaskId(id) ? await seeTask(ports, id, ports.clock()) : undefined;
  return found === undefined ? unknown() : json(200, taskForm(found));
}

async function end(ports: TaskPorts, request: HttpRequest, id: string): Promise<HttpResponse> {
  const { requestId, iam } = request;
  const by = iam?.userArn ?? '';
  // What stands in a path is the caller's text until it has the form of an id.
  const named = isTaskId(id) ? { taskId: id } : {};
  const audited = (reason: string, answer: HttpResponse): HttpResponse => {
    ports.audit({ event: 'task_end_refused', requestId, ...named, reason, by });
    return answer;
  };
  const body = readJson(request);
  if (!body.ok) return audited(body.refusal.reason, bodyRefused(body.refusal));
  const wanted = readDeclaration(ending, body.value);
  if (!wanted.ok) return audited(wanted.refusal.reason, refused(wanted.refusal));
  if (!isTaskId(id)) return audited('not_found', unknown());
  const why = wanted.value.reason;
  const ended = await endByOperator(ports, id, { now: ports.clock(), why, requestId });
  if (!ended.ok) return audited(ended.refusal.reason, notEnded(ended.refusal));
  ports.audit({
    event: 'task_ended',
    requestId,
    ...whose(ended.value.task),
    reason: 'revoked',
    detail: why,
    by,
  });
  return json(200, taskForm(ended.value));
}

function notEnded(refusal: EndRefusal): HttpResponse {
  if (refusal.reason === 'not_found') return unknown();
  const { reason, at } = refusal.end;
  return json(409, {
    error: 'conflict',
    error_description: `the task has ended before: ${reason}, at ${time(at)}; the first end stays`,
    ended: endForm(refusal.end),
  });
}

function unknown(): HttpResponse {
  return errorJson(
    404,
    'not_found',
    'there is no such task, or it ended more than 30 days ago; the id is `task_id` where it was opened, and `taskId` in the audit trail',
  );
}

function isTaskId(text: string): text is TaskId {
  return /^[\w-]{22}$/.test(text);
}
