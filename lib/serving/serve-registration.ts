import { customRedirectUrisOf, registrationOf, statementIssuersOf } from '../config/registration.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { allowedHosts, type DeploymentParts, modest, servePublicly } from './deployment-parts.ts';

/** Clients that register themselves, where people sign in and the config does not close it. */
export function serveRegistration({
  scope,
  config,
  issuer,
  frontDoor,
  registry,
  grants,
  retention,
}: DeploymentParts): void {
  const { mode, unusedHours, perAddress } = registrationOf(config);
  if (mode === 'closed') return;
  const { function: register } = new EndpointFunction(scope, 'Registration', {
    name: 'registration',
    description: 'Registration of clients by themselves',
    ...modest(retention),
    environment: (role) => ({
      ISSUER: issuer,
      REGISTRATION_MODE: mode,
      UNUSED_HOURS: String(unusedHours),
      CUSTOM_REDIRECT_URIS: JSON.stringify(customRedirectUrisOf(config)),
      REGISTRATION_LIMIT: perAddress,
      SOFTWARE_STATEMENT_ISSUERS: JSON.stringify(statementIssuersOf(config)),
      DOCUMENT_HOSTS: allowedHosts(config),
      ...registry.grantSelfRegistration(role, mode),
      ...grants.grantEnding(role),
      ...grants.grantBuckets(role, 'registration'),
    }),
  });
  servePublicly(frontDoor, '/register', register, 50);
  servePublicly(frontDoor, '/register/{client_id}', register, 50);
}
