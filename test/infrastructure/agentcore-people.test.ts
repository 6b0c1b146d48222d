import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { Vestibule, type VestibuleConfig } from '../../lib/index.ts';
import { aConfig, anApp } from './synthesized.ts';

const company = { id: 'company', issuer: 'https://login.example.com', clientId: 'vestibule' };

/** The grants of the client that AgentCore is. */
function grantsUnder(config: VestibuleConfig): unknown {
  const stack = new Stack(anApp(), 'App');
  new Vestibule(stack, 'Auth', config).credentialProvider('Outbound', {
    agent: 'clerk',
    authentication: 'client-secret',
  });
  const clients = Object.values(Template.fromStack(stack).findResources('Custom::VestibuleClient'));
  const declarations = clients.map(({ Properties: properties }) => {
    const { Declaration } = properties as { readonly Declaration: string };
    return JSON.parse(Declaration) as { readonly client_id: string; readonly grant_types?: unknown };
  });
  return declarations.find(({ client_id: id }) => id === 'clerk-agentcore')?.grant_types;
}

test('AgentCore asks in the name of people where people sign in', () => {
  expect(grantsUnder(aConfig)).toBeUndefined();
  expect(grantsUnder({ ...aConfig, identityProviders: [company] })).toEqual([
    'client_credentials',
    'authorization_code',
    'refresh_token',
  ]);
});
