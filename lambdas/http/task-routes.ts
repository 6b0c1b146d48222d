import { readClientCertificate } from '../oauth/mutual-tls/client-certificate.ts';
import type { Parameters } from '../oauth/parameters.ts';
import type { OpenTask } from '../oauth/tasks/opening-endpoint.ts';
import { type AskTask, type TaskAsk, type TaskRequest, taskAsks } from '../oauth/tasks/task-request.ts';
import { readCredential } from '../resource-server/credential.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { ok, type Result } from '../runtime/result.ts';
import { readAuthorizationHeader } from './authorization-header.ts';
import { type BodyRefusal, bodyRefused } from './body-refusal.ts';
import { clientEndpoint, refusedClient } from './client-endpoint.ts';
import { parseForm, readForm } from './form.ts';
import type { Endpoint, HttpRequest, HttpResponse } from './message.ts';
import { methods } from './methods.ts';
import { notFound, type Route, route } from './routes.ts';
import { taskAnswered, taskOpened } from './task-answers.ts';

interface Served {
  /** Ours. */
  readonly issuer: Issuer;
  readonly open: OpenTask;
  readonly ask: AskTask;
}

const none: Parameters = { values: new Map(), resources: [] };

/** `/tasks`, and below it each task. */
export function taskRoutes(served: Served, clock: Clock): readonly Route[] {
  const asking = (what: TaskAsk, taskId: string): Endpoint => {
    const answer = (request: HttpRequest) => asked(served, request, { ask: what, taskId }, clock);
    // By GET too what an agent asks for again and again, and nothing that it wants changed.
    return methods(what === 'token' || what === 'status' ? { GET: answer, POST: answer } : { POST: answer });
  };
  return [
    route('/tasks', opening(served, clock)),
    route('/tasks/{id}', (request, { id }) => asking('status', id)(request)),
    route('/tasks/{id}/{ask}', async (request, { id, ask: named }) => {
      const what = taskAsks.find((each) => each === named && each !== 'status');
      return what === undefined ? notFound() : asking(what, id)(request);
    }),
  ];
}

function opening({ issuer, open }: Served, clock: Clock): Endpoint {
  return clientEndpoint(
    (request, now, { dpop: proof }) => open({ ...request, proof }, now),
    (opened, now) => taskOpened(issuer, opened, now),
    clock,
  );
}

async function asked(
  { issuer, ask }: Served,
  request: HttpRequest,
  of: Pick<TaskRequest, 'ask' | 'taskId'>,
  clock: Clock,
): Promise<HttpResponse> {
  const parameters = parametersOf(request);
  if (!parameters.ok) return bodyRefused(parameters.refusal);
  const now = clock();
  const { headers, method, requestId, sourceAddress } = request;
  const credential = readCredential({ headers });
  const isToken = credential.kind === 'bearer' || credential.kind === 'dpop';
  const outcome = await ask(
    {
      ...{ ...of, method: method === 'HEAD' ? 'GET' : method, parameters: parameters.value },
      handles: handlesIn(parameters.value, headers['vestibule-task-handle']),
      ...(isToken && { presented: { scheme: credential.kind, handle: credential.token } }),
      authorization: readAuthorizationHeader(headers['authorization']),
      certificate: readClientCertificate(request.clientCertificate),
      ...{ proof: headers['dpop'], requestId, sourceAddress },
    },
    now,
  );
  return outcome.ok ? taskAnswered(issuer, outcome.value, now) : refusedClient(outcome.refusal, request);
}

/**
 * Of a form, and of the URL nothing but the resource: a secret in a URL ends up in logs (RFC 9700 §4.3.2). Whoever proves themselves by
 * headers may leave the form out.
 */
function parametersOf(request: HttpRequest): Result<Parameters, BodyRefusal> {
  const hasForm = request.method === 'POST' && request.body.byteLength > 0;
  const form = hasForm ? readForm(request) : ok(none);
  const query = parseForm(request.query);
  if (!form.ok || !query.ok) return form.ok ? query : form;
  return ok({ ...form.value, resources: [...query.value.resources, ...form.value.resources] });
}

function handlesIn({ values }: Parameters, header: string | undefined): readonly string[] {
  return [values.get('handle'), header].filter((handle) => handle !== undefined);
}
