import { foreignEnvironment } from '../config/foreign-environment.ts';
import { assertionTerms } from '../config/identity-assertion-environment.ts';
import { refreshTokenDays } from '../config/refresh-tokens.ts';
import { hasTasks } from '../config/tasks.ts';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { clientProof, type DeploymentParts, hasPeople, servePublicly } from './deployment-parts.ts';
import { grantAskingOfConnections, thirdPartiesIn } from './serve-connections.ts';

/** The token endpoint. */
export function serveTokens(parts: DeploymentParts): void {
  const { scope, config, frontDoor, registry, grants, signing, signingKeys, nonceSecret, retention, people } =
    parts;
  const { function: token } = new EndpointFunction(scope, 'Token', {
    name: 'token',
    description: 'The token endpoint',
    memoryMegabytes: 1024,
    timeoutSeconds: 10,
    retention,
    environment: (role) => ({
      ...clientProof(parts),
      ACCESS_TOKEN_MINUTES: String(config.accessTokenMinutes ?? 15),
      REFRESH_TOKEN_DAYS: refreshTokenDays(config),
      ...foreignEnvironment(config),
      IDENTITY_ASSERTIONS: assertionTerms(config),
      DELEGATION_DEPTH: String(config.delegation?.maximumDepth ?? 4),
      ...(people?.grantAsking(role) ?? { IDPS: '[]', DOWNSTREAM_FUNCTION: 'none' }),
      ...grantAskingOfConnections(parts, role),
      NONCE_SECRET: nonceSecret?.grantUse(role) ?? 'none',
      ...signingKeys.grantSigning(role),
      ...registry.grantTokenDecisions(
        role,
        ...(hasPeople(config) ? (['client-document#*', 'idp#*', 'api#*'] as const) : []),
        ...thirdPartiesIn(parts),
      ),
      ...(hasPeople(config) && { ...grants.grantRedemption(role), ...grants.grantPolling(role) }),
      ...grants.grantReplayMarks(role),
      ...((config.trustAnchors ?? []).length > 0 && grants.grantAnchorKeys(role)),
      ...grants.grantOpaqueIssuance(role),
      ...grants.grantTokenStandings(role, { people: hasPeople(config), tasks: hasTasks(config) }),
      ...grants.grantBuckets(role, 'client', 'address'),
    }),
  });
  // KMS signs 1,000 times a second with RSA keys in an account's region; the rest is for its other users. A function
  // that signs by itself is bounded by what Lambda runs at once.
  const rate = signing.mode === 'kms' ? 500 : 2_000;
  servePublicly(frontDoor, '/token', token, rate);
  servePublicly(frontDoor, '/exchange', token, rate);
}
