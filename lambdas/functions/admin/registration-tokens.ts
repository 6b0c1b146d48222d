import { bodyRefused } from '../../http/body-refusal.ts';
import { readJson } from '../../http/json-body.ts';
import type { HttpRequest, HttpResponse } from '../../http/message.ts';
import { methods } from '../../http/methods.ts';
import { json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import type { RegistrationTokenStore } from '../../ports/registration-tokens.ts';
import {
  addRegistrationToken,
  registrationTokenForm,
  removeRegistrationToken,
} from '../../registry/registration-tokens.ts';
import { noContent, refused } from './answers.ts';
import { type AdminPorts, answer, unknownCursor } from './collection.ts';
import { decisions } from './decisions.ts';
import { authorOf } from './identity.ts';
import { readPageRequest } from './page-request.ts';

const kind = 'registration-token';

/** Initial access tokens: made, listed and removed, and never changed. */
export function registrationTokenRoutes(
  ports: AdminPorts & { readonly tokens: RegistrationTokenStore },
): readonly Route[] {
  const add = async (request: HttpRequest): Promise<HttpResponse> => {
    const body = readJson(request);
    if (!body.ok) return bodyRefused(body.refusal);
    const added = await addRegistrationToken(ports, body.value, authorOf(request, ports.clock));
    const id = added.ok ? added.value.token.id : '';
    decisions(ports, request).changed({ kind, id, change: 'created' }, added);
    return answer(added, ({ token, value }) =>
      json(201, { ...registrationTokenForm(token), initial_access_token: value.reveal() }),
    );
  };
  const list = async (request: HttpRequest): Promise<HttpResponse> => {
    const asked = readPageRequest(request.query);
    if (!asked.ok) return refused(asked.refusal);
    const page = await ports.tokens.list(asked.value);
    if (page === undefined) return refused(unknownCursor);
    return json(200, { registration_tokens: page.things.map(registrationTokenForm), cursor: page.cursor });
  };
  return [
    route('/admin/registration-tokens', methods({ GET: list, POST: add })),
    route('/admin/registration-tokens/{id}', (incoming, { id }) =>
      methods({
        DELETE: async (request) => {
          const removed = await removeRegistrationToken(ports, id);
          decisions(ports, request).changed({ kind, id, change: 'removed' }, removed);
          return answer(removed, () => noContent);
        },
      })(incoming),
    ),
  ];
}
