import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { errorJson, json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import {
  endPerson,
  isPersonId,
  type PersonPorts,
  type ShownPerson,
  showPerson,
} from '../../oauth/people/end-person.ts';
import type { StoredGrant } from '../../ports/grants.ts';
import { time } from '../../registry/wire.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';

export interface PeoplePorts extends PersonPorts {
  readonly clock: Clock;
  readonly audit: Audit;
}

/** People as operators see them, and the end of everything in the name of one. */
export function peopleRoutes(ports: PeoplePorts): readonly Route[] {
  const show = async (id: string): Promise<HttpResponse> => {
    const shown = isPersonId(id) ? await showPerson(ports, id, ports.clock()) : undefined;
    return shown === undefined ? unknown() : json(200, personForm(shown));
  };
  const end = async ({ requestId, iam }: HttpRequest, id: string): Promise<HttpResponse> => {
    const by = iam?.userArn ?? '';
    const now = ports.clock();
    if (!isPersonId(id)) {
      ports.audit({ event: 'person_end_refused', requestId, reason: 'not_found', by });
      return unknown();
    }
    const { ended, isKnown, until } = await endPerson(ports, id, { now, by, requestId });
    ports.audit({ event: 'person_ended', requestId, person: id, grants: ended, known: isKnown, by });
    return json(200, {
      ...{ id, known: isKnown, sessions_ended_at: time(now), ended_grants: ended },
      vouched_for_after: time(until),
    });
  };
  return [
    route('/admin/people/{id}', (request, { id }) => methods({ GET: () => show(id) })(request)),
    route('/admin/people/{id}/end', (request, { id }) => methods({ POST: (post) => end(post, id) })(request)),
  ];
}

function unknown(): HttpResponse {
  return errorJson(
    404,
    'not_found',
    'nobody of that id has granted anything here; the id is the `sub` of their tokens, and `personId` in the audit trail',
  );
}

function personForm({ id, described, consents, live, sessionsEndedAt }: ShownPerson) {
  return {
    id,
    ...(described && {
      idp: described.idp,
      name: described.name,
      email: described.email,
      preferred_username: described.preferredUsername,
    }),
    clients: consents.map(({ clientId, clientName, grantedAt, granted }) => ({
      ...{ client_id: clientId, client_name: clientName, granted_at: time(grantedAt) },
      granted: granted.map(({ resource, scope, offline }) => ({ resource, scope: scope.join(' '), offline })),
    })),
    grants: live.map(grantForm),
    sessions_ended_at: sessionsEndedAt && time(sessionsEndedAt),
  };
}

function grantForm({ terms, createdAt, family }: StoredGrant) {
  return {
    ...{ id: terms.id, client_id: terms.clientId, agent_id: terms.agentId, resource: terms.resource },
    ...{ scope: terms.scope.join(' '), offline: terms.offline, created_at: time(createdAt) },
    refreshable_until: family && time(family.absoluteUntil),
  };
}
