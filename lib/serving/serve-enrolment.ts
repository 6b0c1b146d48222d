import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { profileOf } from '../config/provider-profiles.ts';
import { proxiedIn, type ProxiedProvider } from '../config/proxied-registration.ts';
import { BootstrapSecret } from '../constructs/bootstrap-secret.ts';
import type { DataKey } from '../constructs/data-key.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { poolCredential, type RegistrationCredential } from '../constructs/pool-credential.ts';
import { Recurring } from '../constructs/recurring.ts';
import type { VaultTable } from '../constructs/vault-table.ts';
import { allowedHosts, type DeploymentParts } from './deployment-parts.ts';
import type { EnrolmentParts } from './people-parts.ts';

/** The function that registers clients at identity providers, and alone reads by what; undefined where there is none to. */
export function serveEnrolment(
  parts: Omit<DeploymentParts, 'people' | 'egress'>,
  vault: VaultTable,
  dataKey: DataKey,
): EnrolmentParts | undefined {
  const { scope, config, issuer, registry, retention } = parts;
  const proxied = proxiedIn(config);
  if (proxied.length === 0) return undefined;
  const stack = Stack.of(scope);
  const credentialFor = (each: ProxiedProvider): RegistrationCredential =>
    profileOf(each.idp) === 'cognito'
      ? poolCredential(stack, each)
      : new BootstrapSecret(scope, `Bootstrap-${each.idp.id}`, { proxied: each, dataKey, retention });
  const credentials = proxied.map((each) => ({ ...each, credential: credentialFor(each) }));
  const { function: enrolment } = new EndpointFunction(scope, 'Enrolment', {
    name: 'enrolment',
    description: 'Alone registers clients at identity providers, and removes them there',
    memoryMegabytes: 512,
    // The hourly sweep goes on for forty seconds, and finishes what it has begun.
    timeoutSeconds: 60,
    retention,
    environment: (role) => {
      for (const { credential } of credentials) credential.grantUse(role);
      return {
        ISSUER: issuer,
        DEPLOYMENT: stack.stackName,
        DOCUMENT_HOSTS: allowedHosts(config),
        PROXIED: stack.toJsonString(
          Object.fromEntries(
            credentials.map(({ idp, quota, credential }) => [idp.id, { ...credential.variables, quota }]),
          ),
        ),
        ...registry.grantEnrolmentLookup(role),
        ...vault.grantEnrolments(role),
        ...dataKey.grantEnrolments(role),
      };
    },
  });
  new Recurring(scope, 'EnrolmentSweep', {
    function: enrolment,
    every: 'hour',
    description: `${stack.stackName}: removes from identity providers what is no client here any more`,
    input: { schedule: 'hourly' },
  });
  return {
    idps: proxied.map(({ idp }) => idp.id),
    grantAsking: (role) => {
      role.addToPrincipalPolicy(
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [enrolment.functionArn] }),
      );
      return { ENROLMENT_FUNCTION: enrolment.functionName };
    },
  };
}
