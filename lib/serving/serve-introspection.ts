import { hasTasks } from '../config/tasks.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { clientProof, type DeploymentParts, hasPeople, modest, servePublicly } from './deployment-parts.ts';

/** Introspection and revocation, and what is told of people. */
export function serveIntrospection(parts: DeploymentParts): void {
  const { scope, config, frontDoor, registry, grants, signingKeys, retention, people } = parts;
  const { function: introspection } = new EndpointFunction(scope, 'Introspection', {
    name: 'introspection',
    description: 'Introspection and revocation of tokens',
    ...modest(retention),
    environment: (role) => ({
      ...clientProof(parts),
      DOWNSTREAM_FUNCTION: people?.grantAsking(role).DOWNSTREAM_FUNCTION ?? 'none',
      ...signingKeys.grantSigning(role),
      ...registry.grantTokenDecisions(role, ...(hasPeople(config) ? (['client-document#*'] as const) : [])),
      ...grants.grantRevocations(role, { people: hasPeople(config), tasks: hasTasks(config) }),
      ...grants.grantBuckets(role, 'client', 'address'),
    }),
  });
  servePublicly(frontDoor, '/introspect', introspection, 500);
  servePublicly(frontDoor, '/revoke', introspection, 100);
  if (hasPeople(config)) servePublicly(frontDoor, '/userinfo', introspection, 100);
}

/** The feed of ends, for verifiers that work offline. */
export function serveEnds({
  scope,
  issuer,
  frontDoor,
  registry,
  grants,
  signingKeys,
  retention,
}: DeploymentParts): void {
  const { function: ends } = new EndpointFunction(scope, 'Ends', {
    name: 'ends',
    description: 'The feed of revoked tokens and ended principals, for verifiers that work offline',
    ...modest(retention),
    environment: (role) => ({
      ISSUER: issuer,
      ...signingKeys.grantSigning(role),
      ...registry.grantSigningKeyLookup(role),
      ...grants.grantReadingEnds(role),
    }),
  });
  servePublicly(frontDoor, '/ends', ends, 500);
}
