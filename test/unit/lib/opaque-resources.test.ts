import { App, Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, test } from 'vitest';
import { InvalidConfig, Vestibule } from '../../../lib/index.ts';
import { aConfig } from '../../infrastructure/synthesized.ts';

const sealed = {
  ...{ id: 'sealed', uri: 'https://sealed.example.com/mcp', name: 'Sealed', tokens: 'opaque' as const },
  scopes: { read: 'Read' },
};

function aDeployment(): Vestibule {
  const config = { ...aConfig, resources: [...aConfig.resources, sealed] };
  return new Vestibule(new Stack(new App(), 'Sealed'), 'Auth', config);
}

describe('a resource whose tokens are opaque is refused at synth', () => {
  test.each<[string, string, (auth: Vestibule) => unknown]>([
    ['a gateway', 'AgentCore', (auth) => auth.gatewayAuthorizer({ resource: 'sealed' })],
    ['a runtime', 'AgentCore', (auth) => auth.runtimeAuthorizer({ resource: 'sealed' })],
    [
      'a gate',
      'a protected API',
      (auth) => auth.protect(new HttpApi(auth, 'Api'), { resource: 'sealed', by: 'gate' }),
    ],
    [
      'the authorizer of API Gateway',
      'a protected API',
      (auth) => auth.protect(new HttpApi(auth, 'Api'), { resource: 'sealed', by: 'native' }),
    ],
  ])('by %s', (_what, verifier, guard) => {
    const refused = (): unknown => guard(aDeployment());
    expect(refused).toThrow(InvalidConfig);
    expect(refused).toThrow(
      `'sealed' has tokens: 'opaque', which ${verifier} cannot read; write 'jwt', or have the server ask at /introspect`,
    );
  });
});
