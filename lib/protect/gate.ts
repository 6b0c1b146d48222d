import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import { HttpNoneAuthorizer, type HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EndpointFunction } from '../constructs/endpoint-function.ts';
import { problem } from './guarded-resource.ts';
import type { ProtectedApiProps, ProtectedRouteOptions, RouteGuard } from './route-guard.ts';
import { RouteScopes } from './route-scopes.ts';

/** A function before the functions of an API: it verifies the token and then invokes the one behind the route. */
export class Gate extends Construct implements RouteGuard {
  readonly preflight: HttpRouteIntegration;
  readonly #targets = new Map<IFunction, string[]>();
  readonly #scopes = new RouteScopes();
  readonly #function: EndpointFunction<'gate', Readonly<Record<GateVariable, string>>>;

  constructor(scope: Construct, id: string, { resource, issuer, retention }: ProtectedApiProps) {
    super(scope, id);
    this.#function = new EndpointFunction(this, 'Function', {
      name: 'gate',
      description: `Lets good tokens for ${resource.id} through to the functions behind it`,
      memoryMegabytes: 512,
      // An HTTP API waits 30 seconds at most; the gate gives up a second before the integration does.
      timeoutSeconds: 28,
      retention,
      environment: () => ({
        ISSUER: issuer,
        RESOURCE: resource.uri,
        AUDIENCE: resource.audience,
        ROUTE_SCOPES: this.#scopes.asJson(this),
        TARGETS: Lazy.string({ produce: () => Stack.of(this).toJsonString(this.targets()) }),
      }),
    });
    this.preflight = new HttpLambdaIntegration('Gate', this.#function.function, {
      timeout: Duration.seconds(29),
    });
    this.node.addValidation({
      validate: () => (this.#targets.size > 0 ? [] : ['the API has no protected route; call addRoutes']),
    });
  }

  integrationOf(options: ProtectedRouteOptions, routeKeys: readonly string[]): HttpRouteIntegration {
    const { function: target, scopes = [] } = options;
    if (target === undefined) {
      const text =
        "is missing; a gate stands before functions only: write it, or protect the API by: 'authorizer'";
      throw problem('function', text);
    }
    this.#scopes.add(routeKeys, scopes);
    const known = this.#targets.get(target);
    if (known === undefined) this.grantInvocation(target);
    this.#targets.set(target, [...(known ?? []), ...routeKeys]);
    return this.preflight;
  }

  authorizerOf(): HttpNoneAuthorizer {
    return new HttpNoneAuthorizer();
  }

  authorizationScopesOf(): readonly string[] {
    return [];
  }

  private grantInvocation(target: IFunction): void {
    this.#function.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [target.functionArn] }),
    );
  }

  private targets(): readonly object[] {
    return [...this.#targets].map(([{ functionArn }, routes]) => ({ function: functionArn, routes }));
  }
}

type GateVariable = 'ISSUER' | 'RESOURCE' | 'AUDIENCE' | 'ROUTE_SCOPES' | 'TARGETS';
