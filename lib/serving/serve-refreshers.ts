import { Duration, Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { refreshTokenDays } from '../config/refresh-tokens.ts';
import { taskSecrets } from '../config/task-secrets.ts';
import { hasTasks, providerLimit, taskGraceMinutes } from '../config/tasks.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { Recurring } from '../constructs/recurring.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { clientDocumentsOf } from '../config/client-documents.ts';
import { type DeploymentParts, hasPeople } from './deployment-parts.ts';

const workSeconds = 45;

/** What keeps tasks going while nobody asks for them: a sweep each minute, and the workers that it sends what is due to. */
export function serveRefreshers(parts: DeploymentParts): void {
  const { scope, config, grants, retention } = parts;
  if (!hasTasks(config)) return;
  // The sweep sends again what nobody has worked off: nothing is lost with a message.
  const queue = new WorkQueue(scope, 'TaskWork', { workSeconds, keptFor: Duration.hours(1) });
  const events = new EventBus(scope, 'TaskEvents', {
    description: `${Stack.of(scope).stackName}: what becomes of tasks`,
  });
  const refresher = serveRefresher(parts, events);
  queue.workedOffBy(refresher, { together: 4, atOnce: 20 });
  const { function: sweep } = new EndpointFunction(scope, 'Sweep', {
    name: 'sweep',
    description:
      'Sends the tasks that are due to the refresher, the most urgent first, and what is kept of people',
    // A hundred thousand that are due are sorted in memory.
    memoryMegabytes: 1024,
    timeoutSeconds: 50,
    retention,
    environment: (role) => ({
      TASK_QUEUE: queue.grantSending(role),
      ...grants.grantDueTasks(role),
      ...(parts.people?.vault.grantDueGrants(role) ?? { VAULT_TABLE: 'none' }),
    }),
  });
  new Recurring(scope, 'TaskSweep', {
    function: sweep,
    every: 'minute',
    description: `${Stack.of(scope).stackName}: sends the tasks that are due to those who look after them`,
    input: { schedule: 'minute' },
  });
}

/** The function that renews the right to issue tokens for tasks, and ends those that are over. */
function serveRefresher(parts: DeploymentParts, events: EventBus): EndpointFunction<'refresher', never> {
  const { scope, config, issuer, registry, grants, retention, people } = parts;
  return new EndpointFunction(scope, 'Refresher', {
    name: 'refresher',
    description: 'Renews the right to issue tokens for tasks, and ends those that are over',
    memoryMegabytes: 512,
    timeoutSeconds: workSeconds,
    retention,
    environment: (role) => ({
      ISSUER: issuer,
      ACCESS_TOKEN_MINUTES: String(config.accessTokenMinutes ?? 15),
      TASK_GRACE_MINUTES: String(taskGraceMinutes(config)),
      REFRESH_TOKEN_DAYS: refreshTokenDays(config),
      DELEGATION_DEPTH: String(config.delegation?.maximumDepth ?? 4),
      CLIENT_DOCUMENTS: clientDocumentsOf(config),
      PROVIDER_RATE: providerLimit(config),
      TIME_LIMIT: String(workSeconds),
      TASK_EVENTS: grantTelling(events, role),
      ...(people?.grantAsking(role) ?? { IDPS: '[]', DOWNSTREAM_FUNCTION: 'none' }),
      ...registry.grantTokenDecisions(role, ...(hasPeople(config) ? (['idp#*', 'api#*'] as const) : [])),
      ...(hasPeople(config) && {
        ...grants.grantRedemption(role),
        ...grants.grantTokenStandings(role, { people: true, tasks: true }),
        ...grants.grantCircuits(role),
      }),
      ...grants.grantTaskWork(role),
      ...grantDelivery(parts, role),
    }),
  });
}

interface DeliveryVariables {
  readonly TASK_SECRETS: 'written' | 'none';
  readonly WRAPPING_KEY: string;
  readonly DEPLOYMENT: string;
}

/** Putting tokens into the secrets of the config, and into no other; reading none. Where it names none, nothing is signed. */
function grantDelivery({ config, grants, signingKeys }: DeploymentParts, role: IRole): DeliveryVariables {
  const secrets = taskSecrets(config);
  if (secrets.length === 0) return { TASK_SECRETS: 'none', WRAPPING_KEY: 'none', DEPLOYMENT: 'none' };
  const actions = ['ListSecretVersionIds', 'PutSecretValue', 'UpdateSecretVersionStage'];
  role.addToPrincipalPolicy(
    new PolicyStatement({
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: [...secrets],
    }),
  );
  for (const pattern of secrets.filter((each) => each.endsWith('*'))) {
    acknowledge(
      role,
      `AwsSolutions-IAM5[Resource::${pattern}]`,
      'The config names the secrets that tokens of tasks go into by the beginning of their ARN.',
    );
  }
  grants.grantTriedOpaqueIssuance(role);
  return { TASK_SECRETS: 'written', ...signingKeys.grantSigning(role) };
}

function grantTelling(events: EventBus, role: IRole): string {
  role.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['events:PutEvents'], resources: [events.eventBusArn] }),
  );
  return events.eventBusName;
}
