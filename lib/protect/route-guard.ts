import type {
  HttpApi,
  HttpMethod,
  HttpRouteIntegration,
  IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IDependable } from 'constructs';
import type { Retention } from '../constructs/retention.ts';
import { problem, type GuardedResource } from './guarded-resource.ts';

/**
 * Who stands guard. `gate`: a function of ours before yours, with the challenges that clients need. `authorizer`: a
 * Lambda authorizer, and `native`: the JWT authorizer that API Gateway has built in; both answer refusals in API
 * Gateway's own words.
 */
export type Guard = 'gate' | 'authorizer' | 'native';

export interface ProtectOptions {
  /** The id of the resource of the config whose `uri` is on this API. */
  readonly resource: string;
  /** Default: `gate`. */
  readonly by?: Guard;
}

export interface ProtectedRouteOptions {
  readonly path: `/${string}`;
  /** Default: any method. */
  readonly methods?: readonly HttpMethod[];
  /** Scopes of the resource that a caller needs, all of them. Default: none, a token for the resource is enough. */
  readonly scopes?: readonly string[];
  /** The function behind the route; or, but for a gate, `integration`. */
  readonly function?: IFunction;
  readonly integration?: HttpRouteIntegration;
}

export interface ProtectedApiProps {
  readonly api: HttpApi;
  readonly by: Guard;
  readonly resource: GuardedResource;
  readonly issuer: string;
  /** What must be there before the issuer answers. */
  readonly issuerAnswers: readonly IDependable[];
  readonly retention: Retention;
}

/** What each kind of guard makes of one route. */
export interface RouteGuard {
  readonly integrationOf: (
    options: ProtectedRouteOptions,
    routeKeys: readonly string[],
  ) => HttpRouteIntegration;
  readonly authorizerOf: (
    options: ProtectedRouteOptions,
    routeKeys: readonly string[],
  ) => IHttpRouteAuthorizer;
  readonly authorizationScopesOf: (options: ProtectedRouteOptions) => readonly string[];
  /** What answers a browser's preflight, which comes without a token. */
  readonly preflight: HttpRouteIntegration;
}

/** An integration with the function of a route; `integration` where the options say so. */
export function ownIntegration(
  id: string,
  { function: target, integration }: ProtectedRouteOptions,
): HttpRouteIntegration {
  if (target !== undefined && integration === undefined) return new HttpLambdaIntegration(id, target);
  if (target === undefined && integration !== undefined) return integration;
  throw problem('function', 'must say what is behind the route; write either function or integration');
}
