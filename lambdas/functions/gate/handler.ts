import { LambdaClient } from '@aws-sdk/client-lambda';
import { invocationDefaults, lambdaTargetFunctions } from '../../adapters/lambda/target-functions.ts';
import { gateHandler, readTargets } from '../../http/gate.ts';
import { readRouteScopes, routeGuard } from '../../http/protected-routes.ts';
import { createVerifier } from '../../resource-server/index.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { gateEnvironment } from './environment.ts';

const environment = readEnvironment(gateEnvironment);

export const handler = gateHandler({
  guard: routeGuard({
    verifier: createVerifier({
      issuer: environment.ISSUER,
      resource: environment.RESOURCE,
      audience: environment.AUDIENCE,
    }),
    scopes: readRouteScopes(environment.ROUTE_SCOPES),
    audit,
  }),
  targets: readTargets(environment.TARGETS),
  functions: lambdaTargetFunctions({ client: new LambdaClient(invocationDefaults) }),
});
