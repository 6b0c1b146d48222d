import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { registrationOf } from '../config/registration.ts';
import { hasTasks } from '../config/tasks.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { allowedHosts, type DeploymentParts } from './deployment-parts.ts';

/** The admin routes, for IAM principals; `keys` is the function that looks after the signing keys. */
export function serveAdministration(
  { scope, config, issuer, frontDoor, registry, grants, retention, people }: DeploymentParts,
  keys: IFunction,
): void {
  const { mode, unusedHours } = registrationOf(config);
  const { function: admin } = new EndpointFunction(scope, 'Admin', {
    name: 'admin',
    description: 'The registry, for IAM principals',
    memoryMegabytes: 512,
    // A slow identity provider takes some twelve seconds for the client of which an operator approves.
    timeoutSeconds: people?.enrolment === undefined ? 15 : 20,
    retention,
    environment: (role) => ({
      ISSUER: issuer,
      RESOURCE_HOSTS: allowedHosts(config),
      REGISTRATION_MODE: mode,
      UNUSED_HOURS: String(unusedHours),
      DOWNSTREAM_FUNCTION: people?.grantAsking(role).DOWNSTREAM_FUNCTION ?? 'none',
      PROXIED_IDPS: JSON.stringify(people?.enrolment?.idps ?? []),
      ENROLMENT_FUNCTION: people?.enrolment?.grantAsking(role).ENROLMENT_FUNCTION ?? 'none',
      TASKS: hasTasks(config) ? 'some' : 'none',
      ...registry.grantAdministration(role),
      ...grants.grantEnding(role),
      ...grants.grantEndingPeople(role),
      ...(hasTasks(config) && { ...grants.grantTaskWork(role), ...grants.grantDueTasks(role) }),
    }),
  });
  frontDoor.serve('/admin/{proxy+}', {
    function: admin,
    authorizer: 'iam',
    throttle: { rate: 20, burst: 40 },
  });
  for (const path of ['/admin/keys', '/admin/keys/rotate'] as const) {
    frontDoor.serve(path, {
      function: keys,
      authorizer: 'iam',
      throttle: { rate: 5, burst: 10 },
    });
  }
}
