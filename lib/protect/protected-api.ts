import {
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type HttpRouteIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { didYouMean, show } from '../config/problem.ts';
import { acknowledge } from '../constructs/acknowledge.ts';
import { FunctionAuthorizer } from './function-authorizer.ts';
import { Gate } from './gate.ts';
import { problem } from './guarded-resource.ts';
import { NativeAuthorizer } from './native-authorizer.ts';
import type { ProtectedApiProps, ProtectedRouteOptions, RouteGuard } from './route-guard.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

/** An HTTP API of yours as a protected resource: its metadata, and routes that only good tokens pass. */
export class ProtectedApi extends Construct {
  /** Where clients find the metadata of the resource, on the API itself. */
  readonly metadataPath: string;
  readonly #props: ProtectedApiProps;
  readonly #guard: RouteGuard;
  readonly #preflightPaths = new Set<string>();

  constructor(scope: Construct, id: string, props: ProtectedApiProps) {
    super(scope, id);
    this.#props = props;
    this.metadataPath = `${wellKnown}${props.resource.path}`;
    const metadata = this.serveMetadata();
    this.#guard = this.guardOf(metadata);
  }

  /** Adds protected routes to the API, one for each method. Throws `InvalidConfig` for what could not be guarded. */
  addRoutes(options: ProtectedRouteOptions): HttpRoute[] {
    const { path, methods = [HttpMethod.ANY], scopes = [] } = options;
    this.checkScopes(scopes);
    const keys = methods.map((method) => HttpRouteKey.with(path, method));
    const names = keys.map(({ key }) => key);
    const integration = this.#guard.integrationOf(options, names);
    const authorizer = this.#guard.authorizerOf(options, names);
    const authorizationScopes = [...this.#guard.authorizationScopesOf(options)];
    const routes = keys.map(
      (routeKey) =>
        new HttpRoute(this, routeKey.key, {
          ...{ httpApi: this.#props.api, routeKey, integration, authorizer },
          ...(authorizationScopes.length > 0 && { authorizationScopes }),
        }),
    );
    if (this.#props.by === 'gate') {
      for (const route of routes) {
        acknowledge(
          route,
          'AwsSolutions-APIG4',
          'The gate behind this route verifies the token of every request.',
        );
      }
    }
    if (this.needsPreflightRoute(options)) this.servePreflight(path);
    return routes;
  }

  /**
   * The registry's own document, by way of API Gateway and no function: it is gone here when the resource is. At the
   * root as well, for clients that look nowhere else.
   */
  private serveMetadata(): HttpUrlIntegration {
    const { api, issuer, resource } = this.#props;
    const metadata = new HttpUrlIntegration('Metadata', `${issuer}${wellKnown}/${resource.id}`);
    const isFirst = api.node.tryFindChild(rootMetadata) === undefined;
    if (isFirst && resource.path !== '') this.servePublicly(api, rootMetadata, wellKnown, metadata);
    this.servePublicly(this, 'WellKnown', this.metadataPath, metadata);
    return metadata;
  }

  private guardOf(metadata: HttpRouteIntegration): RouteGuard {
    const { by } = this.#props;
    if (by === 'gate') return new Gate(this, 'Gate', this.#props);
    if (by === 'authorizer')
      return new FunctionAuthorizer(this, 'Authorizer', { ...this.#props, preflight: metadata });
    return new NativeAuthorizer(this, 'Authorizer', { ...this.#props, preflight: metadata });
  }

  private checkScopes(scopes: readonly string[]): void {
    const { scopes: known, id } = this.#props.resource;
    const unknown = scopes.find((scope) => !known.includes(scope));
    if (unknown === undefined) return;
    throw problem(
      'scopes',
      `${show(unknown)} is no scope of resource '${id}'; ${didYouMean(unknown, known)}`,
    );
  }

  /** A gate answers the preflights of its own `ANY` and `OPTIONS` routes; an authorizer would refuse them. */
  private needsPreflightRoute({ path, methods = [HttpMethod.ANY] }: ProtectedRouteOptions): boolean {
    if (this.#preflightPaths.has(path) || methods.includes(HttpMethod.OPTIONS)) return false;
    return !(this.#props.by === 'gate' && methods.includes(HttpMethod.ANY));
  }

  private servePreflight(path: string): void {
    this.#preflightPaths.add(path);
    const route = new HttpRoute(this, `Preflight ${path}`, {
      httpApi: this.#props.api,
      routeKey: HttpRouteKey.with(path, HttpMethod.OPTIONS),
      integration: this.#guard.preflight,
      authorizer: new HttpNoneAuthorizer(),
    });
    acknowledge(
      route,
      'AwsSolutions-APIG4',
      'Browsers send a preflight without a token; nothing else is answered here.',
    );
  }

  private servePublicly(scope: Construct, id: string, path: string, integration: HttpRouteIntegration): void {
    const route = new HttpRoute(scope, id, {
      httpApi: this.#props.api,
      routeKey: HttpRouteKey.with(path, HttpMethod.ANY),
      integration,
      authorizer: new HttpNoneAuthorizer(),
    });
    acknowledge(route, 'AwsSolutions-APIG4', 'The metadata of a protected resource is public (RFC 9728).');
  }
}

const rootMetadata = 'VestibuleWellKnown';
