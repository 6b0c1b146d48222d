import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { clientProof, type DeploymentParts, modest, servePublicly } from './deployment-parts.ts';

/** Pushed authorization requests, where people sign in. It keeps them and can do nothing else with them. */
export function servePushedRequests(parts: DeploymentParts): void {
  const { scope, frontDoor, registry, grants, retention, people } = parts;
  if (people === undefined) return;
  const { function: par } = new EndpointFunction(scope, 'Par', {
    name: 'par',
    description: 'Pushed authorization requests',
    ...modest(retention),
    environment: (role) => ({
      ...clientProof(parts),
      ...registry.grantPushDecisions(role),
      ...grants.grantPushing(role),
      ...grants.grantBuckets(role, 'client', 'address'),
    }),
  });
  servePublicly(frontDoor, '/par', par, 100);
}
