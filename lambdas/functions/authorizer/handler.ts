import { authorizerHandler } from '../../http/authorizer.ts';
import { readRouteScopes, routeGuard } from '../../http/protected-routes.ts';
import { createVerifier } from '../../resource-server/index.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { authorizerEnvironment } from './environment.ts';

const environment = readEnvironment(authorizerEnvironment);

export const handler = authorizerHandler(
  routeGuard({
    verifier: createVerifier({
      issuer: environment.ISSUER,
      resource: environment.RESOURCE,
      audience: environment.AUDIENCE,
    }),
    scopes: readRouteScopes(environment.ROUTE_SCOPES),
    audit,
  }),
);
