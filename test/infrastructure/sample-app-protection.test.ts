import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { SampleStack } from './sample-app.ts';
import { anApp, anIssuer, readable, withoutHash } from './synthesized.ts';

interface Found {
  readonly Properties: Readonly<Record<string, unknown>>;
}

const stack = new SampleStack(anApp(), 'Sample', { issuer: anIssuer });
const template = Template.fromStack(stack);

test('the gateway asks the interceptor before it calls a tool, and shows it the token', () => {
  const [gatewayId, gateway] = only(found('AWS::BedrockAgentCore::Gateway'));
  const interceptor = {
    'Fn::GetAtt': [expect.stringMatching(/^AuthRevocationInterceptorFunction/) as string, 'Arn'],
  };
  expect(withoutHash(gatewayId)).toBe('Tools');
  expect(gateway.Properties['InterceptorConfigurations']).toEqual([
    {
      InterceptionPoints: ['REQUEST'],
      Interceptor: { Lambda: { Arn: interceptor } },
      InputConfiguration: { PassRequestHeaders: true },
    },
  ]);
});

test('the role of the gateway may invoke the interceptor, and of functions no other', () => {
  const policies = found('AWS::IAM::Policy').filter(
    ([id]) => withoutHash(id) === 'ToolsServiceRoleDefaultPolicy',
  );
  const [, policy] = only(policies);
  const { Statement: statements } = policy.Properties['PolicyDocument'] as {
    readonly Statement: readonly { readonly Action: unknown; readonly Resource: unknown }[];
  };
  const invocations = statements.filter(({ Action: action }) => action === 'lambda:InvokeFunction');
  expect(invocations.flatMap(({ Resource: resource }) => resource).map(readable)).toEqual([
    '<AuthRevocationInterceptorFunction.Arn>',
    '<AuthRevocationInterceptorFunction.Arn>:*',
  ]);
});

test('the interceptor knows the issuer and nothing else', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: 'Refuses ended tokens at AgentCore Gateways',
    Environment: { Variables: { ISSUER: 'https://auth.example.com' } },
  });
});

test('the API has one protected route and its metadata, and nothing of the customer is open', () => {
  const api = stack.resolve(stack.orders.apiId) as { readonly Ref: string };
  const routes = found('AWS::ApiGatewayV2::Route')
    .map(([, { Properties: properties }]) => properties)
    .filter(({ ApiId: id }) => (id as { readonly Ref?: string }).Ref === api.Ref);
  const integrations = template.findResources('AWS::ApiGatewayV2::Integration') as Readonly<
    Record<string, Found>
  >;
  const behind = routes.map(({ RouteKey: key, Target: target }) => {
    const [, parts] = (target as { readonly 'Fn::Join': readonly [string, readonly unknown[]] })['Fn::Join'];
    const { Ref: id = '' } = parts.at(-1) as { readonly Ref?: string };
    return [key, readable(integrations[id]?.Properties['IntegrationUri'])];
  });
  const metadata = 'https://auth.example.com/.well-known/oauth-protected-resource/orders';
  expect(behind.toSorted()).toEqual([
    ['ANY /.well-known/oauth-protected-resource', metadata],
    ['ANY /.well-known/oauth-protected-resource/mcp', metadata],
    ['ANY /mcp', '<OrdersProtectedordersGateFunction.Arn>'],
  ]);
  expect(stack.protectedOrders.metadataPath).toBe('/.well-known/oauth-protected-resource/mcp');
});

test('the gate knows the scope of its route, the function behind it and the audience of its tokens', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('^Lets good tokens'),
    Environment: {
      Variables: { ISSUER: 'https://auth.example.com', ROUTE_SCOPES: '{"ANY /mcp":"orders:read"}' },
    },
  });
});

function found(type: string): readonly (readonly [id: string, Found])[] {
  return Object.entries(template.findResources(type) as Readonly<Record<string, Found>>);
}

function only<Thing>(things: readonly Thing[]): Thing {
  const [thing, ...more] = things;
  if (thing === undefined || more.length > 0) throw new Error('there is not one');
  return thing;
}
