import { refreshTokenDays } from '../config/refresh-tokens.ts';
import { hasTasks, providerLimit, taskGraceMinutes } from '../config/tasks.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { clientProof, type DeploymentParts, hasPeople, servePublicly } from './deployment-parts.ts';
import { grantAskingOfConnections, thirdPartiesIn } from './serve-connections.ts';

/** A token waits for five seconds at most where nobody has asked in time what its task rests on. */
const limitSeconds = 10;

/** Tasks, which go on for longer than a token; where some agent opens any. */
export function serveTasks(parts: DeploymentParts): void {
  const { scope, config, frontDoor, registry, grants, signing, signingKeys, nonceSecret, retention, people } =
    parts;
  if (!hasTasks(config)) return;
  const { function: tasks } = new EndpointFunction(scope, 'Tasks', {
    name: 'tasks',
    description: 'Tasks: opening them, and their tokens',
    memoryMegabytes: 1024,
    timeoutSeconds: limitSeconds,
    retention,
    environment: (role) => ({
      ...clientProof(parts),
      ACCESS_TOKEN_MINUTES: String(config.accessTokenMinutes ?? 15),
      TASK_GRACE_MINUTES: String(taskGraceMinutes(config)),
      REFRESH_TOKEN_DAYS: refreshTokenDays(config),
      DELEGATION_DEPTH: String(config.delegation?.maximumDepth ?? 4),
      ...(people?.grantAsking(role) ?? { IDPS: '[]', DOWNSTREAM_FUNCTION: 'none' }),
      ...grantAskingOfConnections(parts, role),
      TIME_LIMIT: String(limitSeconds),
      PROVIDER_RATE: providerLimit(config),
      NONCE_SECRET: nonceSecret?.grantUse(role) ?? 'none',
      ...signingKeys.grantSigning(role),
      ...registry.grantTokenDecisions(
        role,
        ...(hasPeople(config) ? (['idp#*', 'api#*'] as const) : []),
        ...thirdPartiesIn(parts),
      ),
      ...(hasPeople(config) && {
        ...grants.grantRedemption(role),
        ...grants.grantTokenStandings(role, { people: true, tasks: true }),
        ...grants.grantCircuits(role),
      }),
      ...grants.grantTasks(role),
      ...grants.grantReplayMarks(role),
      ...grants.grantOpaqueIssuance(role),
      ...grants.grantBuckets(role, 'client', 'address'),
    }),
  });
  // Each pull signs, as each token does.
  const rate = signing.mode === 'kms' ? 500 : 2_000;
  servePublicly(frontDoor, '/tasks', tasks, 100);
  servePublicly(frontDoor, '/tasks/{id}', tasks, 100);
  servePublicly(frontDoor, '/tasks/{id}/{ask}', tasks, rate);
}
