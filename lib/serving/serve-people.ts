import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { exchangeClientOf } from '../config/downstream-apis-config.ts';
import { type IdentityProviderConfig, keyAuthenticationOf } from '../config/people-config.ts';
import type { DataKey } from '../constructs/data-key.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { ProviderKeys } from '../constructs/provider-keys.ts';
import { ProviderSecret } from '../constructs/provider-secret.ts';
import type { VaultTable } from '../constructs/vault-table.ts';
import { allowedHosts, type DeploymentParts } from './deployment-parts.ts';
import type { PeopleParts } from './people-parts.ts';
import { serveEnrolment } from './serve-enrolment.ts';

/** The downstream function, with its vault and the secrets that identity providers know us by; undefined without any. */
export function servePeople(
  parts: Omit<DeploymentParts, 'people' | 'egress'>,
  dataKey: DataKey,
  vault: VaultTable | undefined,
): PeopleParts | undefined {
  const { scope, config, issuer, registry, retention } = parts;
  const { identityProviders = [] } = config;
  if (identityProviders.length === 0 || vault === undefined) return undefined;
  const secrets = [...secretsOf(parts, dataKey), ...apiSecretsOf(parts, dataKey)];
  const keys = keysOf(parts, identityProviders);
  const idps = identityProviders.map(({ id }) => id);
  const enrolment = serveEnrolment(parts, vault, dataKey);
  const stack = Stack.of(scope);
  const { function: downstream } = new EndpointFunction(scope, 'Downstream', {
    name: 'downstream',
    description: 'Alone talks to identity providers, and keeps what they give for work while people are away',
    memoryMegabytes: 512,
    // A slow provider takes twenty seconds for all that it is asked at once: what it has rotated to must be kept even then.
    timeoutSeconds: 25,
    retention,
    environment: (role) => {
      for (const [, secret] of secrets) secret.grantRead(role);
      for (const each of keys.values()) each.grantSigning(role);
      if (enrolment !== undefined) {
        vault.grantEnrolmentLookup(role);
        dataKey.grantEnrolmentProofs(role);
      }
      if (config.downstreamApis?.some(({ agents }) => agents !== undefined) === true) {
        vault.grantMachineTokens(role);
        dataKey.grantMachineTokens(role);
      }
      return {
        ISSUER: issuer,
        IDPS: JSON.stringify(idps),
        DEPLOYMENT: stack.stackName,
        DOCUMENT_HOSTS: allowedHosts(config),
        IDP_SECRETS: stack.toJsonString(
          Object.fromEntries(secrets.map(([id, secret]) => [id, secret.secretArn])),
        ),
        ...registry.grantDownstreamDecisions(role),
        ...vault.grantUpstreamGrants(role),
        ...dataKey.grantUpstreamGrants(role),
      };
    },
  });
  return {
    ...{ idps, keys, vault },
    downstream,
    enrolment,
    grantAsking: (role) => {
      role.addToPrincipalPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [downstream.functionArn] }),
      );
      return {
        DOWNSTREAM_FUNCTION: downstream.functionName,
        IDPS: JSON.stringify(idps),
      };
    },
  };
}

/** Our secrets at those that know the deployment by one. */
function secretsOf(
  { scope, config: { identityProviders = [] }, retention }: Omit<DeploymentParts, 'people' | 'egress'>,
  dataKey: DataKey,
): readonly NamedSecret[] {
  return identityProviders
    .filter((idp) => keyAuthenticationOf(idp) === undefined)
    .map(({ id, clientId, clientSecretArn: secretArn }) => {
      const props = { at: `identity provider ${id}`, clientId, secretArn, dataKey, retention };
      return [id, new ProviderSecret(scope, `IdpSecret-${id}`, props)];
    });
}

/** The same of clients by which an API alone is exchanged for, at providers that know clients by secrets. */
function apiSecretsOf(
  { scope, config, retention }: Omit<DeploymentParts, 'people' | 'egress'>,
  dataKey: DataKey,
): readonly NamedSecret[] {
  const { identityProviders = [], downstreamApis = [] } = config;
  return downstreamApis.flatMap((api): readonly NamedSecret[] => {
    const { id, idp } = api;
    const client = exchangeClientOf(api);
    const provider = identityProviders.find((each) => each.id === idp);
    if (client === undefined || provider === undefined || keyAuthenticationOf(provider) !== undefined)
      return [];
    const { id: clientId, secretArn } = client;
    const props = { at: `downstream API ${id}`, clientId, secretArn, dataKey, retention };
    return [[`api:${id}`, new ProviderSecret(scope, `ApiSecret-${id}`, props)]];
  });
}

type NamedSecret = readonly [name: string, secret: ProviderSecret];

/** The keys of those that know the deployment by them. */
function keysOf(
  { scope, issuer, retention }: Pick<DeploymentParts, 'scope' | 'issuer' | 'retention'>,
  identityProviders: readonly IdentityProviderConfig[],
): ReadonlyMap<string, ProviderKeys> {
  return new Map(
    identityProviders.flatMap((idp) => {
      const authentication = keyAuthenticationOf(idp);
      if (authentication === undefined) return [];
      const props = { idp, authentication, issuer, retention };
      return [[idp.id, new ProviderKeys(scope, `IdpKeys-${idp.id}`, props)] as const];
    }),
  );
}
