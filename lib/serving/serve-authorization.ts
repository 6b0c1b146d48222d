import type { IRole } from 'aws-cdk-lib/aws-iam';
import { brandingVariable } from '../config/branding.ts';
import { clientDocumentsOf } from '../config/client-documents.ts';
import { limitsOf } from '../config/limits.ts';
import { registrationOf } from '../config/registration.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { allowedHosts, type DeploymentParts, modest, servePublicly } from './deployment-parts.ts';
import { enrolsDocuments, grantDocumentEnrolment } from './people-parts.ts';
import { type EgressVariables, noEgress, thirdPartiesIn } from './serve-connections.ts';

/** The authorization endpoint, and with identity providers the pages that people sign in by. */
export function serveAuthorization(parts: DeploymentParts): void {
  const { people, sealSecret } = parts;
  if (people === undefined || sealSecret === undefined) {
    refuseAuthorization(parts);
    return;
  }
  const { scope, config, issuer, frontDoor, registry, grants, retention } = parts;
  const { function: authorization } = new EndpointFunction(scope, 'Authorization', {
    name: 'authorization',
    description: 'The authorization endpoint, consent, and the return from identity providers',
    memoryMegabytes: 1024,
    // People wait longer than programs do, and for their identity provider at that.
    // A slow one takes some fifteen seconds more for a client of a curated host that is to be one of its own there.
    timeoutSeconds: enrolsDocuments(parts) ? 28 : 15,
    retention,
    environment: (role) => ({
      ISSUER: issuer,
      ADDRESS_LIMIT: limitsOf(config).address,
      DOCUMENT_HOSTS: allowedHosts(config),
      CLIENT_DOCUMENTS: clientDocumentsOf(config),
      CLIENT_LIFETIME_DAYS: String(registrationOf(config).lifetimeDays),
      BRANDING: brandingVariable(config),
      SEAL_SECRET: sealSecret.grantUse(role),
      ...people.grantAsking(role),
      ...grantDocumentEnrolment(parts, role),
      ...grantConnecting(parts, role),
      ...registry.grantSignInDecisions(role, ...thirdPartiesIn(parts)),
      ...grants.grantSignIns(role),
      ...grants.grantBuckets(role, 'address', 'user-code'),
    }),
  });
  const paths = [
    '/authorize',
    '/consent',
    '/callback/{idp}',
    '/device',
    '/account',
    '/logout',
    '/logout/confirm',
    '/logout/callback',
    '/backchannel-logout/{idp}',
  ] as const;
  const ofEnrolled = people.enrolment === undefined ? [] : (['/backchannel-logout/{idp}/{client}'] as const);
  for (const path of [...paths, ...ofEnrolled]) {
    servePublicly(frontDoor, path, authorization, 100);
  }
  if (parts.egress === undefined) return;
  servePublicly(frontDoor, '/connect/{provider}', authorization, 100);
  servePublicly(frontDoor, '/connect/{provider}/callback', authorization, 100);
}

/** Accounts at third parties, which people connect on pages of their own. */
function grantConnecting({ egress, grants }: DeploymentParts, role: IRole): EgressVariables {
  if (egress === undefined) return noEgress;
  grants.grantConnecting(role);
  return egress.grantAsking(role);
}

function refuseAuthorization({
  scope,
  config,
  frontDoor,
  registry,
  grants,
  retention,
}: DeploymentParts): void {
  const { function: authorization } = new EndpointFunction(scope, 'Authorization', {
    name: 'no-sign-in',
    description: 'The authorization endpoint',
    ...modest(retention),
    environment: (role) => ({
      ADDRESS_LIMIT: limitsOf(config).address,
      ...registry.grantClientLookup(role),
      ...grants.grantBuckets(role, 'address'),
    }),
  });
  servePublicly(frontDoor, '/authorize', authorization, 100);
}
