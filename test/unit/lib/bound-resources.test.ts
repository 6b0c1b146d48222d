import { App, Stack } from 'aws-cdk-lib';
import { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { describe, expect, test } from 'vitest';
import { InvalidConfig, Vestibule } from '../../../lib/index.ts';
import { aConfig } from '../../infrastructure/synthesized.ts';

const safe = (dpop: 'accepted' | 'required') => ({
  ...{ id: 'safe', uri: 'https://safe.example.com/mcp', name: 'Safe', scopes: { read: 'Read' }, dpop },
});

function aDeployment(dpop: 'accepted' | 'required'): Vestibule {
  const config = { ...aConfig, resources: [...aConfig.resources, safe(dpop)] };
  return new Vestibule(new Stack(new App(), 'Bound'), 'Auth', config);
}

const anApi = (auth: Vestibule): HttpApi => new HttpApi(auth, 'Api');

describe.each(['accepted', 'required'] as const)('a resource with dpop: %s', (dpop) => {
  test.each<[string, string, (auth: Vestibule) => unknown]>([
    ['a gateway', 'AgentCore', (auth) => auth.gatewayAuthorizer({ resource: 'safe' })],
    ['a runtime', 'AgentCore', (auth) => auth.runtimeAuthorizer({ resource: 'safe' })],
    [
      'the authorizer of API Gateway',
      'the JWT authorizer of API Gateway',
      (auth) => auth.protect(anApi(auth), { resource: 'safe', by: 'native' }),
    ],
  ])('is refused at synth by %s, which judges no proofs', (_what, verifier, guard) => {
    const refused = (): unknown => guard(aDeployment(dpop));
    expect(refused).toThrow(InvalidConfig);
    expect(refused).toThrow(
      `'safe' has dpop: '${dpop}', and ${verifier} judges no proofs; leave it out, or verify by a gate or the resource-server package`,
    );
  });

  test.each(['gate', 'authorizer'] as const)('is protected by the %s', (by) => {
    const auth = aDeployment(dpop);
    expect(() => auth.protect(anApi(auth), { resource: 'safe', by })).not.toThrow();
  });
});
