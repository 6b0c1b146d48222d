import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Gateway } from 'aws-cdk-lib/aws-bedrockagentcore';
import { describe, expect, it } from 'vitest';
import { Vestibule } from '../../lib/index.ts';
import { aConfig, anApp, withoutHash } from './synthesized.ts';

/** A customer's stack with as many gateways as are named, each with the interceptor. */
function stackWith(...gateways: readonly (readonly [name: string, resource: string])[]): Template {
  const stack = new Stack(anApp(), 'Mine', { analyticsReporting: false });
  const auth = new Vestibule(stack, 'Auth', aConfig);
  for (const [name, resource] of gateways) {
    const authorizer = auth.gatewayAuthorizer({ resource });
    const gateway = new Gateway(stack, name, {
      gatewayName: name.toLowerCase(),
      authorizerConfiguration: authorizer,
      interceptorConfigurations: [auth.revocationInterceptor()],
    });
    authorizer.attachTo(gateway);
  }
  return Template.fromStack(stack);
}

const interceptors = (template: Template): readonly string[] =>
  Object.keys(template.findResources('AWS::Lambda::Function')).filter((id) => id.includes('Interceptor'));

describe('the revocation interceptor', () => {
  const template = stackWith(['Tools', 'billing'], ['Clerk', 'clerk-agent']);

  it('sees the requests of every gateway that has it, headers included', () => {
    const [interceptor = ''] = interceptors(template);
    template.allResourcesProperties('AWS::BedrockAgentCore::Gateway', {
      InterceptorConfigurations: [
        {
          InterceptionPoints: ['REQUEST'],
          Interceptor: { Lambda: { Arn: { 'Fn::GetAtt': [interceptor, 'Arn'] } } },
          InputConfiguration: { PassRequestHeaders: true },
        },
      ],
    });
  });

  it('is one function that knows the issuer alone, and may write its log and traces alone', () => {
    expect(interceptors(template)).toHaveLength(1);
    const functions = template.findResources('AWS::Lambda::Function') as Record<
      string,
      { readonly Properties: { readonly Environment: { readonly Variables: object } } }
    >;
    const [id = ''] = interceptors(template);
    expect(Object.keys(functions[id]!.Properties.Environment.Variables)).toEqual(['ISSUER']);
    const policies = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([name]) =>
      withoutHash(name).startsWith('AuthRevocationInterceptorRole'),
    );
    const statements = policies.flatMap(
      ([, { Properties: properties }]) =>
        (properties as { PolicyDocument: { Statement: { Action: string | string[] }[] } }).PolicyDocument
          .Statement,
    );
    const actions = statements.flatMap(({ Action }) => Action).toSorted();
    expect(actions.filter((action) => !/^(?:logs|xray):/.test(action))).toEqual([]);
    expect(actions).toContain('logs:PutLogEvents');
  });

  it('may be invoked by the role of each gateway', () => {
    for (const name of ['Tools', 'Clerk']) {
      template.hasResourceProperties('AWS::IAM::Policy', {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: 'lambda:InvokeFunction', Effect: 'Allow' }),
          ]),
        },
        Roles: [{ Ref: Match.stringLikeRegexp(`^${name}ServiceRole`) }],
      });
    }
  });

  it('is no part of a deployment that does not ask for it', () => {
    expect(interceptors(stackWith())).toEqual([]);
  });
});
