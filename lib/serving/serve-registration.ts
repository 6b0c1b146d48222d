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
  people,
}: DeploymentParts): void {
  const { mode, unusedHours, perAddress } = registrationOf(config);
  if (mode === 'closed') return;
  const { function: register } = new EndpointFunction(scope, 'Registration', {
    name: 'registration',
    description: 'Registration of clients by themselves',
    ...modest(retention),
    // A slow identity provider takes some twelve seconds for its metadata, a token and the client.
    ...(people?.enrolment && { timeoutSeconds: 20 }),
    environment: (role) => ({
      ISSUER: issuer,
      REGISTRATION_MODE: mode,
      UNUSED_HOURS: String(unusedHours),
      MUTUAL_TLS: frontDoor.mutualTlsOrigin ?? 'none',
      CUSTOM_REDIRECT_URIS: JSON.stringify(customRedirectUrisOf(config)),
      REGISTRATION_LIMIT: perAddress,
      SOFTWARE_STATEMENT_ISSUERS: JSON.stringify(statementIssuersOf(config)),
      DOCUMENT_HOSTS: allowedHosts(config),
      PROXIED_IDPS: JSON.stringify(people?.enrolment?.idps ?? []),
      ENROLMENT_FUNCTION: people?.enrolment?.grantAsking(role).ENROLMENT_FUNCTION ?? 'none',
      ...registry.grantSelfRegistration(role, mode),
      ...grants.grantEnding(role),
      ...grants.grantBuckets(role, 'registration'),
    }),
  });
  servePublicly(frontDoor, '/register', register, 50);
  servePublicly(frontDoor, '/register/{client_id}', register, 50);
}
