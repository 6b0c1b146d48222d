import { methods } from '../../http/methods.ts';
import { json } from '../../http/respond.ts';
import { route, type Route } from '../../http/routes.ts';
import { rotateIn, rotateOut } from '../../registry/administration.ts';
import { wireForm } from '../../registry/wire.ts';
import { noContent } from './answers.ts';
import { type AdminPorts, answer } from './collection.ts';
import { decisions } from './decisions.ts';
import { authorOf } from './identity.ts';

/** The rotation of a client's secrets: a second one comes, and the first one goes when nobody uses it any more. */
export function secretRoutes(ports: AdminPorts): readonly Route[] {
  return [
    route('/admin/clients/{id}/secrets', (incoming, { id }) =>
      methods({
        POST: async (request) => {
          const added = await rotateIn(ports, id, authorOf(request, ports.clock));
          const secretId = added.ok ? added.value.secret.id : '';
          decisions(ports, request).secretChanged({ clientId: id, secretId, change: 'added' }, added);
          return answer(added, ({ thing, secret }) =>
            json(201, {
              ...wireForm.client(thing),
              client_secret: secret.value.reveal(),
              client_secret_id: secret.id,
            }),
          );
        },
      })(incoming),
    ),
    route('/admin/clients/{id}/secrets/{secretId}', (incoming, { id, secretId }) =>
      methods({
        DELETE: async (request) => {
          const removed = await rotateOut(ports, id, secretId, authorOf(request, ports.clock));
          decisions(ports, request).secretChanged({ clientId: id, secretId, change: 'removed' }, removed);
          return answer(removed, () => noContent);
        },
      })(incoming),
    ),
  ];
}
