import { Stack } from 'aws-cdk-lib';
import type { ClientSecret } from '../constructs/client-secret.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { grantOwnIssuer } from '../constructs/own-issuer.ts';
import { Registrations } from '../constructs/registrations.ts';
import type { OriginSecret } from '../edge/origin-secret.ts';
import { allowedHosts, type DeploymentParts } from './deployment-parts.ts';

/** Secrets that the registrar reads, to keep their digests. */
export interface SeededSecrets {
  /** By client id. */
  readonly clientSecrets: ReadonlyMap<string, ClientSecret>;
  readonly originSecret: OriginSecret | undefined;
}

/** Has the registrations of the config written into the registry. */
export function seedRegistry(
  { scope, config, issuer, registry, grants, retention, people }: DeploymentParts,
  { clientSecrets, originSecret }: SeededSecrets,
): Registrations {
  const { function: registrar } = new EndpointFunction(scope, 'Registrar', {
    name: 'registrar',
    description: 'Writes the registrations of the config into the registry',
    memoryMegabytes: 512,
    // Nobody waits at an endpoint: time for AWS to come round, and for an answer after.
    timeoutSeconds: 120,
    retention,
    environment: (role) => {
      for (const secret of clientSecrets.values()) secret.grantRead(role);
      for (const keys of people?.keys.values() ?? []) keys.grantPublicKeys(role);
      grantOwnIssuer(role, config);
      originSecret?.grantRead(role);
      return {
        ISSUER: issuer,
        DEPLOYMENT: Stack.of(scope).stackName,
        RESOURCE_HOSTS: allowedHosts(config),
        ...registry.grantSeeding(role),
        ...grants.grantEnding(role),
      };
    },
  });
  originSecret?.digestBy(registrar);
  return new Registrations(scope, 'Registrations', {
    config,
    issuer,
    clientSecrets,
    providerKeys: people?.keys,
    registrar,
  });
}
