import type { Endpoint } from '../../http/message.ts';
import { routes } from '../../http/routes.ts';
import { type AdminPorts, collectionRoutes } from './collection.ts';
import { onlyOperators } from './identity.ts';
import { secretRoutes } from './secrets.ts';

/** The registry for operators. */
export function adminEndpoint(ports: AdminPorts): Endpoint {
  return onlyOperators(
    routes([
      ...collectionRoutes(ports, 'resource'),
      ...collectionRoutes(ports, 'agent'),
      ...collectionRoutes(ports, 'client'),
      ...secretRoutes(ports),
    ]),
  );
}
