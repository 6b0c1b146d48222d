import { assertionsOf } from '../config/foreign-environment.ts';
import { registrationOf } from '../config/registration.ts';
import { hasTasks } from '../config/tasks.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { detailedProvidersOf } from '../egress/detailed-providers.ts';
import { type DeploymentParts, modest, servePublicly } from './deployment-parts.ts';

/** The metadata of the issuer and of resources, and the answer to every path that nothing else serves. */
export function serveDiscovery({
  scope,
  config,
  issuer,
  frontDoor,
  registry,
  signing,
  retention,
  people,
}: DeploymentParts): void {
  const keyedIdps = [...(people?.keys.keys() ?? [])];
  const { function: discovery } = new EndpointFunction(scope, 'Discovery', {
    name: 'discovery',
    description: 'Metadata of the issuer and of every registered resource, and the public keys',
    ...modest(retention),
    environment: (role) => ({
      ISSUER: issuer,
      SIGNING_ALGORITHM: signing.algorithm,
      PEOPLE: people === undefined ? 'no' : 'yes',
      MUTUAL_TLS: frontDoor.mutualTlsOrigin ?? 'none',
      REGISTRATION: registrationOf(config).mode === 'closed' ? 'closed' : 'open',
      ASSERTIONS: JSON.stringify(assertionsOf(config)),
      IDENTITY_ASSERTIONS: (config.identityAssertions ?? []).length > 0 ? 'yes' : 'no',
      TASKS: hasTasks(config) ? 'yes' : 'no',
      DETAILED_PROVIDERS: JSON.stringify(detailedProvidersOf(config)),
      KEYED_IDPS: JSON.stringify(keyedIdps),
      ...registry.grantDiscovery(role, keyedIdps.length > 0),
    }),
  });
  for (const path of [
    '/.well-known/oauth-authorization-server',
    '/.well-known/openid-configuration',
    '/.well-known/jwks.json',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/{resource+}',
  ] as const) {
    servePublicly(frontDoor, path, discovery, 500);
  }
  if (keyedIdps.length > 0) {
    servePublicly(frontDoor, '/.well-known/identity-provider-keys/{idp}', discovery, 100);
  }
  servePublicly(frontDoor, '$default', discovery, 100);
}
