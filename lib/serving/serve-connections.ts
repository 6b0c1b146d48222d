import { Stack } from 'aws-cdk-lib';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { grantConnectionSecrets } from '../constructs/connection-secrets.ts';
import type { DataKey } from '../constructs/data-key.ts';
import { EgressSecret } from '../constructs/egress-secret.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { Recurring } from '../constructs/recurring.ts';
import type { VaultTable } from '../constructs/vault-table.ts';
import { allowedHosts, type DeploymentParts } from './deployment-parts.ts';
import { keysOfProviders, secretsOfProviders } from './egress-credentials.ts';

/** What the functions need that deal with third parties. */
export interface EgressParts {
  /** The ids of the providers, in the order of the config. */
  readonly providers: readonly string[];
  readonly vault: VaultTable;
  readonly dataKey: DataKey;
  /** The function that alone holds what connections are renewed by. */
  readonly connections: IFunction;
  /** Lets a function ask it. */
  readonly grantAsking: (role: IRole) => EgressVariables;
}

/** What functions are told that ask of connections. */
export interface EgressVariables {
  readonly CONNECTIONS_FUNCTION: string;
  readonly EGRESS_PROVIDERS: string;
}

const limitSeconds = 60;

/** The connections function, with our secrets at third parties; undefined without any. */
export function serveConnections(
  parts: Omit<DeploymentParts, 'people' | 'egress'>,
  dataKey: DataKey,
  vault: VaultTable | undefined,
): EgressParts | undefined {
  const { scope, config, issuer, registry, retention } = parts;
  const { providers = [] } = config.egress ?? {};
  if (providers.length === 0 || vault === undefined) return undefined;
  const stack = Stack.of(scope);
  const secrets = secretsOfProviders(config).map(
    (each) =>
      [each.id, new EgressSecret(scope, `EgressSecret-${each.id}`, { ...each, dataKey, retention })] as const,
  );
  const ids = providers.map(({ id }) => id);
  const { function: connections } = new EndpointFunction(scope, 'Connections', {
    name: 'connections',
    description: 'Alone talks to third parties about connected accounts, and holds what those are renewed by',
    memoryMegabytes: 512,
    // The sweep goes on for half a minute, and finishes what it has begun.
    timeoutSeconds: limitSeconds,
    retention,
    environment: (role) => {
      for (const [, secret] of secrets) secret.grantRead(role);
      grantSigningAsApps(role, keysOfProviders(config));
      vault.grantDueConnections(role);
      if (config.egress?.vault === 'secrets-manager') grantConnectionSecrets(role, dataKey);
      return {
        ISSUER: issuer,
        DEPLOYMENT: stack.stackName,
        DOCUMENT_HOSTS: allowedHosts(config),
        EGRESS_PROVIDERS: JSON.stringify(ids),
        EGRESS_SECRETS: stack.toJsonString(
          Object.fromEntries(secrets.map(([id, secret]) => [`egress:${id}`, secret.secretArn])),
        ),
        CONNECTION_VAULT: config.egress?.vault ?? 'dynamodb',
        TIME_LIMIT: String(limitSeconds),
        ...registry.grantEgressProviders(role),
        ...vault.grantConnections(role),
        ...dataKey.grantConnectionGrants(role),
      };
    },
  });
  new Recurring(scope, 'ConnectionSweep', {
    function: connections,
    every: 'minute',
    description: `${stack.stackName}: renews connected accounts before they end, and revokes those that are disconnected`,
    input: { ask: 'sweep' },
  });
  return {
    ...{ providers: ids, vault, dataKey, connections },
    grantAsking: (role) => {
      role.addToPrincipalPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [connections.functionArn] }),
      );
      return { CONNECTIONS_FUNCTION: connections.functionName, EGRESS_PROVIDERS: JSON.stringify(ids) };
    },
  };
}

/** Of those whose config has no third parties. */
export const noEgress: EgressVariables = { CONNECTIONS_FUNCTION: 'none', EGRESS_PROVIDERS: '[]' };

/** Lets a function ask about connections, where there are any. */
export function grantAskingOfConnections(
  { egress }: Pick<DeploymentParts, 'egress'>,
  role: IRole,
): EgressVariables {
  return egress?.grantAsking(role) ?? noEgress;
}

/** What a function reads along with the rest of the registry that knows third parties. */
export function thirdPartiesIn({ egress }: Pick<DeploymentParts, 'egress'>): readonly 'provider#*'[] {
  return egress === undefined ? [] : ['provider#*'];
}

function grantSigningAsApps(role: IRole, keyArns: readonly string[]): void {
  if (keyArns.length === 0) return;
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['kms:Sign'],
      resources: [...keyArns],
      conditions: {
        StringEquals: {
          'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256',
          'kms:MessageType': 'DIGEST',
        },
      },
    }),
  );
}
