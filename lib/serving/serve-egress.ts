import { Stack } from 'aws-cdk-lib';
import { clientDocumentsOf } from '../config/client-documents.ts';
import { limitsOf } from '../config/limits.ts';
import { hasTasks } from '../config/tasks.ts';
import { grantConnectionAccessSecrets } from '../constructs/connection-secrets.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { allowedHosts, type DeploymentParts, hasPeople, servePublicly } from './deployment-parts.ts';

/** A call has twenty-five seconds for all that it waits for; API Gateway waits twenty-nine at most, and keeps one for itself. */
const limitSeconds = 28;
const waitSeconds = 29;

/** The proxy by which agents call third parties. */
export function serveEgress(parts: DeploymentParts): void {
  const { scope, config, issuer, frontDoor, registry, grants, nonceSecret, retention, egress } = parts;
  if (egress === undefined) return;
  const limits = limitsOf(config);
  const { function: proxy } = new EndpointFunction(scope, 'Egress', {
    name: 'egress',
    description: 'The proxy by which agents call third parties, whose credentials they never hold',
    // Bodies of four megabytes are held several times over.
    memoryMegabytes: 1024,
    timeoutSeconds: limitSeconds,
    retention,
    environment: (role) => {
      if (config.egress?.vault === 'secrets-manager') grantConnectionAccessSecrets(role, egress.dataKey);
      return {
        ISSUER: issuer,
        DEPLOYMENT: Stack.of(scope).stackName,
        DOCUMENT_HOSTS: allowedHosts(config),
        CLIENT_DOCUMENTS: clientDocumentsOf(config),
        MUTUAL_TLS: frontDoor.mutualTlsOrigin ?? 'none',
        CLIENT_LIMIT: limits.client,
        ADDRESS_LIMIT: limits.address,
        CONNECTION_VAULT: config.egress?.vault ?? 'dynamodb',
        NONCE_SECRET: nonceSecret?.grantUse(role) ?? 'none',
        ...egress.grantAsking(role),
        ...registry.grantTokenDecisions(
          role,
          'provider#*',
          ...(hasPeople(config) ? (['client-document#*'] as const) : []),
        ),
        ...grants.grantTokenStandings(role, { people: hasPeople(config), tasks: hasTasks(config) }),
        ...grants.grantProofMarks(role),
        ...grants.grantBuckets(role, 'client', 'address'),
        ...egress.vault.grantConnectionUse(role),
        ...egress.dataKey.grantConnectionAccess(role),
      };
    },
  });
  servePublicly(frontDoor, '/egress/{provider}', proxy, 500, waitSeconds);
  servePublicly(frontDoor, '/egress/{provider}/{path+}', proxy, 500, waitSeconds);
}
