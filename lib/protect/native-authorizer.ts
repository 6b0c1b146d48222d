import {
  HttpAuthorizer,
  HttpAuthorizerType,
  type HttpRouteIntegration,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { requireBearer } from '../config/require-bearer.ts';
import { problem } from './guarded-resource.ts';
import {
  ownIntegration,
  type ProtectedApiProps,
  type ProtectedRouteOptions,
  type RouteGuard,
} from './route-guard.ts';

/** The JWT authorizer that API Gateway has built in: no function, RSA keys only, and nothing of revocations. */
export class NativeAuthorizer extends Construct implements RouteGuard {
  readonly preflight: HttpRouteIntegration;
  readonly #authorizer: IHttpRouteAuthorizer;

  constructor(
    scope: Construct,
    id: string,
    {
      api,
      resource,
      issuer,
      issuerAnswers,
      preflight,
    }: ProtectedApiProps & { readonly preflight: HttpRouteIntegration },
  ) {
    super(scope, id);
    requireBearer(resource, 'the JWT authorizer of API Gateway');
    this.preflight = preflight;
    const authorizer = new HttpAuthorizer(this, 'Jwt', {
      httpApi: api,
      authorizerName: `${resource.id}-authorizer`,
      type: HttpAuthorizerType.JWT,
      identitySource: ['$request.header.Authorization'],
      jwtIssuer: issuer,
      jwtAudience: [resource.audience],
    });
    // API Gateway reads the issuer's metadata when it makes the authorizer.
    authorizer.node.addDependency(...issuerAnswers);
    this.#authorizer = HttpAuthorizer.fromHttpAuthorizerAttributes(this, 'Attributes', {
      authorizerId: authorizer.authorizerId,
      authorizerType: 'JWT',
    });
  }

  integrationOf(options: ProtectedRouteOptions, routeKeys: readonly string[]): HttpRouteIntegration {
    return ownIntegration(`Integration ${routeKeys.join(', ')}`, options);
  }

  authorizerOf(): IHttpRouteAuthorizer {
    return this.#authorizer;
  }

  authorizationScopesOf({ scopes = [] }: ProtectedRouteOptions): readonly string[] {
    if (scopes.length > 1) {
      const text = `${scopes.join(' ')} are several, of which the native authorizer asks any one; name one, or protect the API by a gate`;
      throw problem('scopes', text);
    }
    return scopes;
  }
}
