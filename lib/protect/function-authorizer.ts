import { Duration } from 'aws-cdk-lib';
import type { HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { Construct } from 'constructs';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import {
  ownIntegration,
  type ProtectedApiProps,
  type ProtectedRouteOptions,
  type RouteGuard,
} from './route-guard.ts';
import { RouteScopes } from './route-scopes.ts';

/** A Lambda authorizer on the routes of an API, whatever is behind them. */
export class FunctionAuthorizer extends Construct implements RouteGuard {
  readonly preflight: HttpRouteIntegration;
  readonly #scopes = new RouteScopes();
  readonly #authorizer: HttpLambdaAuthorizer;

  constructor(
    scope: Construct,
    id: string,
    {
      resource,
      issuer,
      retention,
      preflight,
    }: ProtectedApiProps & { readonly preflight: HttpRouteIntegration },
  ) {
    super(scope, id);
    this.preflight = preflight;
    const { function: authorizer } = new EndpointFunction(this, 'Function', {
      name: 'authorizer',
      description: `Says which tokens are good for ${resource.id}`,
      memoryMegabytes: 512,
      timeoutSeconds: 10,
      retention,
      environment: () => ({
        ISSUER: issuer,
        RESOURCE: resource.uri,
        AUDIENCE: resource.audience,
        ROUTE_SCOPES: this.#scopes.asJson(this),
      }),
    });
    this.#authorizer = new HttpLambdaAuthorizer(`${resource.id}-authorizer`, authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      // Without the header API Gateway answers 401 by itself; a denial of ours could only be 403.
      identitySource: ['$request.header.Authorization'],
      // A kept answer would outlive a revocation, and would be one answer for routes of different scopes.
      resultsCacheTtl: Duration.seconds(0),
    });
  }

  integrationOf(options: ProtectedRouteOptions, routeKeys: readonly string[]): HttpRouteIntegration {
    this.#scopes.add(routeKeys, options.scopes ?? []);
    return ownIntegration(`Integration ${routeKeys.join(', ')}`, options);
  }

  authorizerOf(): HttpLambdaAuthorizer {
    return this.#authorizer;
  }

  authorizationScopesOf(): readonly string[] {
    return [];
  }
}
