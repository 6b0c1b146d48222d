import { type App, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import { authorizerEnvironment } from '../../lambdas/functions/authorizer/environment.ts';
import { gateEnvironment } from '../../lambdas/functions/gate/environment.ts';
import { type Guard, type ProtectedApi, Vestibule } from '../../lib/index.ts';
import { ProtectedApisStack } from './protected-apis.ts';
import { aConfig, anApp, readable } from './synthesized.ts';

const stack = new ProtectedApisStack(anApp(), 'Shop');
const template = Template.fromStack(stack);

interface Resource<Properties> {
  readonly Properties: Properties;
  readonly DependsOn?: readonly string[];
}

function resources<Properties>(type: string): readonly Resource<Properties>[] {
  return Object.values(template.findResources(type) as Record<string, Resource<Properties>>);
}

function routesOf(guard: Guard): Readonly<Record<string, string>> {
  const api = stack.resolve(stack.apis[guard].apiId) as { readonly Ref: string };
  const routes = resources<{
    readonly ApiId: { readonly Ref: string };
    readonly RouteKey: string;
    readonly AuthorizationType: string;
    readonly AuthorizationScopes?: readonly string[];
  }>('AWS::ApiGatewayV2::Route').filter(({ Properties: { ApiId } }) => ApiId.Ref === api.Ref);
  return Object.fromEntries(
    routes.map(
      ({ Properties: { RouteKey: key, AuthorizationType: type, AuthorizationScopes: scopes = [] } }) => [
        key,
        [type, ...scopes].join(' '),
      ],
    ),
  );
}

describe('a protected API', () => {
  test('behind a gate has open routes to the gate alone', () => {
    expect(routesOf('gate')).toEqual({
      'ANY /.well-known/oauth-protected-resource': 'NONE',
      'ANY /.well-known/oauth-protected-resource/mcp': 'NONE',
      'ANY /mcp': 'NONE',
      'GET /orders': 'NONE',
      'POST /orders': 'NONE',
      'OPTIONS /orders': 'NONE',
    });
    const [gate] = resources<{
      readonly Description?: string;
      readonly Environment: { readonly Variables: object };
    }>('AWS::Lambda::Function').filter(
      ({ Properties: { Description } }) => Description?.startsWith('Lets good tokens') === true,
    );
    expect(Object.keys(gate?.Properties.Environment.Variables ?? {}).sort()).toEqual(
      [...gateEnvironment].sort(),
    );
    expect(gate?.Properties.Environment.Variables).toMatchObject({
      ROUTE_SCOPES: '{"ANY /mcp":"orders:read","GET /orders":"","POST /orders":"orders:write"}',
    });
  });

  test('behind an authorizer asks it on every route, caches nothing, and leaves preflights open', () => {
    expect(routesOf('authorizer')).toEqual({
      'ANY /.well-known/oauth-protected-resource': 'NONE',
      'ANY /mcp': 'CUSTOM',
      'OPTIONS /mcp': 'NONE',
      'GET /orders': 'CUSTOM',
      'POST /orders': 'CUSTOM',
      'OPTIONS /orders': 'NONE',
    });
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: ['$request.header.Authorization'],
    });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'Says which tokens are good for authorized',
      Environment: {
        Variables: Object.fromEntries(authorizerEnvironment.map((name) => [name, Match.anyValue()])),
      },
    });
  });

  test('behind the native authorizer names issuer and audience, once the issuer answers', () => {
    expect(routesOf('native')).toMatchObject({
      'ANY /mcp': 'JWT orders:read',
      'GET /orders': 'JWT',
      'POST /orders': 'JWT orders:write',
      'OPTIONS /orders': 'NONE',
    });
    const [jwt] = resources<{
      readonly AuthorizerType: string;
      readonly JwtConfiguration: { Issuer: unknown; Audience: unknown[] };
    }>('AWS::ApiGatewayV2::Authorizer').filter(({ Properties: { AuthorizerType: type } }) => type === 'JWT');
    expect(readable(jwt?.Properties.JwtConfiguration.Issuer)).toBe('<AuthFrontDoorApi.ApiEndpoint>');
    expect(jwt?.Properties.JwtConfiguration.Audience.map(readable)).toEqual(['<Native.ApiEndpoint>/mcp']);
    const stages = Object.keys(template.findResources('AWS::ApiGatewayV2::Stage')).filter((id) =>
      id.startsWith('AuthFrontDoor'),
    );
    // API Gateway reads the issuer's documents then, and whoever reads a key set without keys may keep it.
    const firstKeys = Object.keys(template.findResources('Custom::VestibuleSigningKeys'));
    expect(firstKeys).toHaveLength(1);
    expect(jwt?.DependsOn).toEqual(expect.arrayContaining([...stages, ...firstKeys]));
  });

  test("serves the registry's metadata by way of API Gateway and no function", () => {
    for (const id of ['gated', 'authorized', 'native']) {
      template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
        IntegrationType: 'HTTP_PROXY',
        IntegrationUri: {
          'Fn::Join': ['', Match.arrayWith([`/.well-known/oauth-protected-resource/${id}`])],
        },
      });
    }
  });

  test('lets the gate invoke the functions behind it and nothing else', () => {
    const policies = resources<{
      readonly PolicyDocument: { readonly Statement: readonly { Action: unknown; Resource: unknown }[] };
    }>('AWS::IAM::Policy').flatMap(({ Properties: { PolicyDocument } }) => PolicyDocument.Statement);
    const invocations = policies.filter(({ Action: action }) =>
      [action].flat().includes('lambda:InvokeFunction'),
    );
    const reached = invocations.flatMap(({ Resource: resource }) => [resource].flat().map(readable));
    expect(reached.filter((name) => !name.startsWith('<Auth'))).toEqual(['<Orders.Arn>']);
  });

  test('satisfies AwsSolutions in all that we add to it', () => {
    const findings = new AwsSolutionsChecks(stack)
      .validateScope(stack)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
      );
    expect(findings.filter((finding) => /Protected-|VestibuleWellKnown|\/Auth\//.test(finding))).toEqual([]);
    Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
  });
});

describe('what could not be protected is refused at synth', () => {
  const { api, auth, target, protectedBy } = aShop();

  test.each([
    [
      'a resource that the config lacks',
      () => auth.protect(api, { resource: 'order' }),
      /resource: 'order' is no resource of this config; did you mean 'orders'\?/,
    ],
    [
      'a resource that is on another API',
      () => auth.protect(api, { resource: 'elsewhere' }),
      /resource: the uri of 'elsewhere' is not known to be on this API; write its uri as/,
    ],
    [
      'a scope that the resource lacks',
      () => protectedBy('gate').addRoutes({ path: '/a', function: target, scopes: ['orders:reed'] }),
      /scopes: 'orders:reed' is no scope of resource 'orders'; did you mean 'orders:read'\?/,
    ],
    [
      'a gate before what is no function',
      () =>
        protectedBy('gate').addRoutes({
          path: '/b',
          integration: new HttpUrlIntegration('B', 'https://b.example.com'),
        }),
      /function: is missing; a gate stands before functions only/,
    ],
    [
      'a route with nothing behind it',
      () => protectedBy('authorizer').addRoutes({ path: '/c' }),
      /function: must say what is behind the route/,
    ],
    [
      'several scopes before the native authorizer, which asks for any one',
      () =>
        protectedBy('native').addRoutes({
          path: '/d',
          function: target,
          scopes: ['orders:read', 'orders:write'],
        }),
      /scopes: orders:read orders:write are several, of which the native authorizer asks any one/,
    ],
  ])('%s', (_, attempt, message) => {
    expect(attempt).toThrow(message);
  });

  test('tokens that the native authorizer could not verify', () => {
    const signing = { mode: 'envelope', algorithm: 'ES256' } as const;
    const stackOfEcKeys = new Stack(anApp(), 'Shop');
    const inner = new HttpApi(stackOfEcKeys, 'Api');
    const own = new Vestibule(stackOfEcKeys, 'Auth', {
      ...{ signing, agents: [], clients: [] },
      resources: [
        { id: 'orders', uri: `${inner.apiEndpoint}/mcp`, name: 'Orders', scopes: { read: 'Read' } },
      ],
    });
    expect(() => own.protect(inner, { resource: 'orders', by: 'native' })).toThrow(
      "signing.algorithm: 'ES256' is not verified by the JWT authorizer of API Gateway; write 'RS256'",
    );
    expect(() => own.protect(inner, { resource: 'orders' })).not.toThrow();
  });

  test('a gate without a route', () => {
    const shop = aShop();
    shop.protectedBy('gate');
    expect(() => shop.app.synth()).toThrow('the API has no protected route; call addRoutes');
  });
});

test('a resource on a host of the customer’s own is where its URI says', () => {
  const { auth, api, target } = aShop('https://api.example.com/orders/mcp');
  const { metadataPath } = protectedOn(auth, api, target);
  expect(metadataPath).toBe('/.well-known/oauth-protected-resource/orders/mcp');
});

function protectedOn(auth: Vestibule, api: HttpApi, target: LambdaFunction): ProtectedApi {
  const guarded = auth.protect(api, { resource: 'orders' });
  guarded.addRoutes({ path: '/orders/mcp', methods: [HttpMethod.POST], function: target });
  return guarded;
}

function aShop(uri?: string): {
  readonly app: App;
  readonly api: HttpApi;
  readonly auth: Vestibule;
  readonly target: LambdaFunction;
  readonly protectedBy: (by: Guard) => ProtectedApi;
} {
  const app = anApp();
  const shop = new Stack(app, 'Shop');
  const api = new HttpApi(shop, 'Api');
  const other = new HttpApi(shop, 'Other');
  const scopes = { 'orders:read': 'Read', 'orders:write': 'Write' };
  const auth = new Vestibule(shop, 'Auth', {
    ...aConfig,
    resources: [
      ...aConfig.resources,
      { id: 'orders', uri: uri ?? `${api.apiEndpoint}/mcp`, name: 'Orders', scopes },
      { id: 'elsewhere', uri: `${other.apiEndpoint}/mcp`, name: 'Elsewhere', scopes },
    ],
  });
  const target = new LambdaFunction(shop, 'Function', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => 1'),
  });
  const guarded = new Map<Guard, ProtectedApi>();
  const protectedBy = (by: Guard): ProtectedApi => {
    const known = guarded.get(by) ?? protectedAnew(shop, by);
    guarded.set(by, known);
    return known;
  };
  return { app, api, auth, target, protectedBy };
}

/** An API and a deployment of its own, because an API has one route of a key. */
function protectedAnew(shop: Stack, by: Guard): ProtectedApi {
  const inner = new HttpApi(shop, `Api-${by}`);
  const scopes = { 'orders:read': 'Read', 'orders:write': 'Write' };
  const auth = new Vestibule(shop, `Auth-${by}`, {
    resources: [{ id: 'orders', uri: `${inner.apiEndpoint}/mcp`, name: 'Orders', scopes }],
    ...{ agents: [], clients: [] },
  });
  return auth.protect(inner, { resource: 'orders', by });
}
