import { bodyRefused } from '../../http/body-refusal.ts';
import { readJson } from '../../http/json-body.ts';
import type { Endpoint, HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import type { Kind, Things } from '../../ports/registry-store.ts';
import type { RegistrationState } from '../../ports/registry.ts';
import {
  type AdministrationPorts,
  register,
  type Registered,
  remove,
  replace,
  setState,
} from '../../registry/administration.ts';
import type { RegistryRefusal } from '../../registry/refusal.ts';
import { wireForm } from '../../registry/wire.ts';
import { findThing } from '../../registry/writing.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { noContent, refused } from './answers.ts';
import { decisions } from './decisions.ts';
import { authorOf } from './identity.ts';
import { invalid, readPageRequest } from './page-request.ts';

export interface AdminPorts extends AdministrationPorts {
  readonly clock: Clock;
  readonly audit: Audit;
}

const pluralOf = {
  ...{ resource: 'resources', agent: 'agents', client: 'clients', idp: 'idps', api: 'apis' },
  provider: 'providers',
} as const;

/** The routes of one kind of thing. */
export function collectionRoutes(ports: AdminPorts, kind: Exclude<Kind, 'idp'>): readonly Route[] {
  const base = `/admin/${pluralOf[kind]}` as const;
  return [
    route(base, methods({ GET: (request) => list(ports, kind, request), POST: create(ports, kind) })),
    route(`${base}/{id}`, (request, { id }) =>
      methods({
        GET: () => show(ports, kind, id),
        PUT: (put) => update(ports, kind, id, put),
        DELETE: (deletion) => withdraw(ports, kind, id, deletion),
      })(request),
    ),
    ...stateRoutes(ports, kind),
  ];
}

/** The routes of a kind that the config alone declares. */
export function declaredRoutes(ports: AdminPorts, kind: 'idp'): readonly Route[] {
  const base = `/admin/${pluralOf[kind]}` as const;
  return [
    route(base, methods({ GET: (request) => list(ports, kind, request) })),
    route(`${base}/{id}`, (request, { id }) => methods({ GET: () => show(ports, kind, id) })(request)),
    ...stateRoutes(ports, kind),
  ];
}

function stateRoutes(ports: AdminPorts, kind: Kind): readonly Route[] {
  const base = `/admin/${pluralOf[kind]}` as const;
  return [
    route(`${base}/{id}/disable`, (request, { id }) =>
      methods({ POST: turn(ports, kind, id, 'disabled') })(request),
    ),
    route(`${base}/{id}/enable`, (request, { id }) =>
      methods({ POST: turn(ports, kind, id, 'active') })(request),
    ),
  ];
}

async function list(ports: AdminPorts, kind: Kind, request: HttpRequest): Promise<HttpResponse> {
  const asked = readPageRequest(request.query);
  if (!asked.ok) return refused(asked.refusal);
  const page = await ports.store.list(kind, asked.value);
  if (page === undefined) return refused(unknownCursor);
  return json(200, {
    [pluralOf[kind]]: page.things.map((thing) => shown(kind, thing)),
    cursor: page.cursor,
  });
}

async function show(ports: AdminPorts, kind: Kind, id: string): Promise<HttpResponse> {
  const stored = await findThing(ports.store, kind, id);
  return stored === undefined
    ? refused({ reason: 'not_found', kind, id })
    : json(200, shown(kind, stored.thing));
}

function create(ports: AdminPorts, kind: Kind): Endpoint {
  return async (request) => {
    const body = readJson(request);
    if (!body.ok) return bodyRefused(body.refusal);
    const registered = await register(ports, kind, body.value, authorOf(request, ports.clock));
    const id = registered.ok ? registered.value.thing.id : '';
    decisions(ports, request).changed({ kind, id, change: 'created' }, registered);
    return answer(registered, (value) => json(201, withSecret(kind, value)));
  };
}

async function update(
  ports: AdminPorts,
  kind: Kind,
  id: string,
  request: HttpRequest,
): Promise<HttpResponse> {
  const body = readJson(request);
  if (!body.ok) return bodyRefused(body.refusal);
  const named = withId(kind, id, body.value);
  const author = authorOf(request, ports.clock);
  const replaced = named.ok ? await replace(ports, { kind, id }, named.value, author) : named;
  decisions(ports, request).changed({ kind, id, change: 'replaced' }, replaced);
  return answer(replaced, (value) => json(200, withSecret(kind, value)));
}

async function withdraw(
  ports: AdminPorts,
  kind: Kind,
  id: string,
  request: HttpRequest,
): Promise<HttpResponse> {
  const removed = await remove(ports, { kind, id }, authorOf(request, ports.clock));
  decisions(ports, request).changed({ kind, id, change: 'removed' }, removed);
  return answer(removed, () => noContent);
}

function turn(ports: AdminPorts, kind: Kind, id: string, state: RegistrationState): Endpoint {
  return async (request) => {
    const turned = await setState(ports, { kind, id }, state, authorOf(request, ports.clock));
    const change = state === 'disabled' ? 'disabled' : 'enabled';
    decisions(ports, request).changed({ kind, id, change }, turned);
    return answer(turned, (thing) => json(200, shown(kind, thing)));
  };
}

export function answer<Value>(
  result: Result<Value, RegistryRefusal>,
  success: (value: Value) => HttpResponse,
): HttpResponse {
  return result.ok ? success(result.value) : refused(result.refusal);
}

export const unknownCursor = {
  reason: 'field_invalid',
  field: 'cursor',
  fix: 'is not one that a listing gave; start without it',
} as const;

/** A declaration that is put under an id is the declaration of that id, whether it repeats it or not. */
function withId(kind: Kind, id: string, body: unknown): Result<unknown, RegistryRefusal> {
  const member = kind === 'client' ? 'client_id' : 'id';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return ok(body);
  if (member in body && (body as Record<string, unknown>)[member] !== id) {
    return invalid(member, 'must be the one in the path; an id never changes');
  }
  return ok({ ...body, [member]: id });
}

function withSecret(
  kind: Kind,
  { thing, secret }: Registered<Things[Kind]>,
): Readonly<Record<string, unknown>> {
  const made = secret && { client_secret: secret.value.reveal(), client_secret_id: secret.id };
  return { ...shown(kind, thing), ...made };
}

function shown<K extends Kind>(kind: K, thing: Things[K]): Readonly<Record<string, unknown>> {
  return wireForm[kind](thing);
}
