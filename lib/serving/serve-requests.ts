import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { clientProof, type DeploymentParts, modest, servePublicly } from './deployment-parts.ts';
import { enrolsDocuments, grantDocumentEnrolment } from './people-parts.ts';

/**
 * Requests that wait for a person, where people sign in: those that clients push, and those of devices. The function keeps
 * them and can do nothing else with them.
 */
export function serveRequests(parts: DeploymentParts): void {
  const { scope, frontDoor, registry, grants, retention, people } = parts;
  if (people === undefined) return;
  const { function: requests } = new EndpointFunction(scope, 'Requests', {
    name: 'requests',
    description: 'Requests that wait for a person: pushed ones, and those of devices',
    ...modest(retention),
    // A slow identity provider takes some twelve seconds for a client of a curated host.
    ...(enrolsDocuments(parts) && { timeoutSeconds: 25 }),
    environment: (role) => ({
      ...clientProof(parts),
      ...grantDocumentEnrolment(parts, role),
      ...registry.grantRequestDecisions(role),
      ...grants.grantKeepingRequests(role),
      ...grants.grantBuckets(role, 'client', 'address'),
    }),
  });
  servePublicly(frontDoor, '/par', requests, 100);
  servePublicly(frontDoor, '/device_authorization', requests, 50);
}
