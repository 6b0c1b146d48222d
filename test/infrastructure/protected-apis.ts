import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { join } from 'node:path';
import { Vestibule, type Guard, type ProtectedApi, type VestibuleConfig } from '../../lib/index.ts';

type Options = Pick<VestibuleConfig, 'profile' | 'issuer'>;

const scopes = { 'orders:read': 'Read orders', 'orders:write': 'Change orders' };

/** A customer's stack: one HTTP API for each kind of guard, the deployment, and agents that may call them. */
export class ProtectedApisStack extends Stack {
  readonly auth: Vestibule;
  readonly apis: Readonly<Record<Guard, HttpApi>>;
  readonly protected: Readonly<Record<Guard, ProtectedApi>>;

  constructor(scope: Construct, id: string, { profile, issuer, ...props }: StackProps & Options = {}) {
    super(scope, id, { analyticsReporting: false, ...props });
    const [gate, authorizer, native] = ['Gated', 'Authorized', 'Native'].map(
      (name) => new HttpApi(this, name),
    );
    this.apis = { gate: gate!, authorizer: authorizer!, native: native! };
    this.auth = new Vestibule(this, 'Auth', {
      ...(profile && { profile }),
      ...(issuer && { issuer }),
      ...configOf(this.apis),
    });
    const handler = new LambdaFunction(this, 'Orders', {
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromAsset(join(import.meta.dirname, 'customer-function')),
    });
    this.protected = {
      gate: this.auth.protect(this.apis.gate, { resource: 'gated' }),
      authorizer: this.auth.protect(this.apis.authorizer, { resource: 'authorized', by: 'authorizer' }),
      native: this.auth.protect(this.apis.native, { resource: 'native', by: 'native' }),
    };
    for (const api of Object.values(this.protected)) {
      api.addRoutes({ path: '/mcp', function: handler, scopes: ['orders:read'] });
      api.addRoutes({ path: '/orders', methods: [HttpMethod.GET], function: handler });
      api.addRoutes({
        path: '/orders',
        methods: [HttpMethod.POST],
        function: handler,
        scopes: ['orders:write'],
      });
    }
    new CfnOutput(this, 'IssuerUrl', { value: this.auth.issuer });
    for (const [guard, { apiEndpoint }] of Object.entries(this.apis))
      new CfnOutput(this, guard, { value: apiEndpoint });
  }
}

function configOf(apis: ProtectedApisStack['apis']): Omit<VestibuleConfig, 'profile' | 'issuer'> {
  return {
    resources: [
      { id: 'gated', uri: `${apis.gate.apiEndpoint}/mcp`, name: 'Gated orders', scopes, dpop: 'accepted' },
      {
        id: 'authorized',
        uri: apis.authorizer.apiEndpoint,
        audience: 'authorized-orders',
        name: 'Authorized orders',
        scopes,
      },
      { id: 'native', uri: `${apis.native.apiEndpoint}/mcp`, name: 'Native orders', scopes },
    ],
    agents: [
      {
        id: 'buyer',
        owner: 'buying@example.com',
        scopes: Object.fromEntries(
          ['gated', 'authorized', 'native'].map((id) => [
            id,
            { required: ['orders:read'], optional: ['orders:write'] },
          ]),
        ),
      },
    ],
    clients: [{ id: 'buyer-client', agent: 'buyer', authentication: { method: 'client_secret_basic' } }],
  };
}
