import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { Vestibule } from '../../lib/index.ts';
import { aConfig, anApp, readable, templateOf } from './synthesized.ts';

const template = templateOf(aConfig);

interface CustomResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

function customResources(
  from: Template = template,
): readonly (readonly [string, CustomResource['Properties']])[] {
  const { Resources: resources } = from.toJSON() as { Resources: Record<string, CustomResource> };
  return Object.values(resources)
    .filter(({ Type: type }) => type.startsWith('Custom::'))
    .map(({ Type: type, Properties: properties }) => [type, properties]);
}

function declared(type: string, from?: Template): readonly unknown[] {
  return customResources(from)
    .filter(([found]) => found === type)
    .map(([, { Declaration: declaration }]) => JSON.parse(String(declaration)) as unknown);
}

test('every registered thing is one custom resource of the registrar', () => {
  const resources = customResources().filter(([type]) => type !== 'Custom::VestibuleSigningKeys');
  expect(resources.map(([type]) => type)).toEqual([
    'Custom::VestibuleResource',
    'Custom::VestibuleResource',
    'Custom::VestibuleAgent',
    'Custom::VestibuleClient',
    'Custom::VestibuleClient',
  ]);
  for (const [, { ServiceToken: token }] of resources) {
    expect(readable(token)).toBe('<VestibuleRegistrarFunction.Arn>');
  }
});

test('a registrar that never answers holds a deployment up for minutes, not for an hour', () => {
  for (const [, { ServiceTimeout: seconds }] of customResources()) expect(Number(seconds)).toBe(900);
});

test('the registrar exists, permissions included, before it is called', () => {
  const [registrar] = Object.entries(template.findResources('AWS::Lambda::Function')).filter(([id]) =>
    id.startsWith('VestibuleRegistrarFunction'),
  ) as [[string, { DependsOn: readonly string[] }]];
  expect(registrar[1].DependsOn).toEqual([
    expect.stringMatching(/^VestibuleRegistrarRoleDefaultPolicy/),
    expect.stringMatching(/^VestibuleRegistrarRole/),
  ]);
});

test('resources are declared as the admin API takes them', () => {
  expect(declared('Custom::VestibuleResource')).toEqual([
    {
      id: 'billing',
      uri: 'https://mcp.example.com/billing',
      audience: 'billing-api',
      kind: 'mcp-server',
      name: 'Billing',
      scopes: [
        { name: 'invoices:read', description: 'Read invoices' },
        { name: 'invoices:write', description: 'Change invoices' },
      ],
    },
    {
      id: 'clerk-agent',
      uri: 'https://agents.example.com/clerk',
      kind: 'agent',
      agent_id: 'clerk',
      name: 'Clerk',
      scopes: [{ name: 'ask', description: 'Ask the clerk' }],
    },
  ]);
});

test('an agent names the resources of its catalogue by their URIs', () => {
  expect(declared('Custom::VestibuleAgent')).toEqual([
    {
      id: 'clerk',
      name: 'The clerk',
      owner: 'finance@example.com',
      catalogue: [
        {
          resource: 'https://mcp.example.com/billing',
          required: ['invoices:read'],
          optional: ['invoices:write'],
        },
        { resource: 'https://agents.example.com/clerk', required: [], optional: ['ask'] },
      ],
    },
  ]);
});

test('clients are declared with their keys, and a secret only by where it is', () => {
  expect(declared('Custom::VestibuleClient')).toEqual([
    {
      client_id: 'clerk-client',
      client_name: 'clerk-client',
      agent_id: 'clerk',
      token_endpoint_auth_method: 'client_secret_basic',
    },
    {
      client_id: 'clerk-signer',
      client_name: 'clerk-signer',
      agent_id: 'clerk',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'https://clerk.example.com/jwks.json',
      accepts_token_endpoint_audience: true,
    },
  ]);
  const secrets = customResources()
    .filter(([type]) => type === 'Custom::VestibuleClient')
    .map(([, { SecretArn: arn }]) => arn && readable(arn));
  expect(secrets).toEqual(['<VestibuleSecretclerkclientSecret>', undefined]);
});

test('a URI that only the deployment knows is declared as it will be', () => {
  const stack = new Stack(anApp(), 'Mine');
  const uri = `https://${stack.region}.gateway.example.com/mcp`;
  const [resource, ...others] = aConfig.resources;
  new Vestibule(stack, 'Auth', { ...aConfig, resources: [{ ...resource!, uri }, ...others] });
  const [, declaration] = customResources(Template.fromStack(stack)).find(
    ([type]) => type === 'Custom::VestibuleResource',
  )!;
  expect(JSON.parse(readable(declaration['Declaration']))).toMatchObject({
    uri: 'https://<AWS::Region>.gateway.example.com/mcp',
  });
});

test('a client that is a role of the own account lets the registrar find out the issuer, and only it', () => {
  const asks = (issuer?: string): readonly unknown[] => {
    const role = 'arn:aws:iam::123456789012:role/clerk';
    const authentication = { method: 'aws_iam_jwt', role, ...(issuer !== undefined && { issuer }) } as const;
    const clients = [{ id: 'clerk-role', agent: 'clerk', authentication }];
    const policies = templateOf({ ...aConfig, clients }).findResources('AWS::IAM::Policy');
    const text = JSON.stringify(policies);
    return [text.includes('sts:GetWebIdentityToken'), text.includes('urn:vestibule:own-account')];
  };
  expect(asks()).toEqual([true, true]);
  expect(asks('https://01234567-89ab-cdef-0123-456789abcdef.tokens.sts.global.api.aws')).toEqual([
    false,
    false,
  ]);
});

test('what is done in the name of others is declared by URIs, with the grant that it takes', () => {
  const [billing, clerkAgent] = aConfig.resources;
  const [clerk] = aConfig.agents;
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
  if (billing === undefined || clerkAgent === undefined || clerk === undefined) throw new Error('no config');
  const refunds = { id: 'refunds', uri: 'https://mcp.example.com/refunds', name: 'Refunds' };
  const from = templateOf({
    ...aConfig,
    identityProviders: [{ id: 'company', issuer: 'https://idp.example.com', clientId: 'vestibule' }],
    resources: [
      { ...billing, onBehalfOf: { refunds: { scopes: ['invoices:read'], subjects: ['agent'] } } },
      clerkAgent,
      { ...refunds, scopes: { 'invoices:read': 'Read' }, actor: 'clerk' },
    ],
    agents: [
      {
        ...clerk,
        onBehalfOf: {
          billing: { scopes: { 'invoices:write': ['ask'] }, impersonation: true, refreshTokens: true },
        },
      },
    ],
    clients: [
      ...aConfig.clients,
      { id: 'billing-server', resource: 'billing', authentication: { method: 'client_secret_basic' } },
      {
        id: 'other',
        agent: 'clerk',
        authentication: { method: 'none' },
        redirectUris: ['https://a.example.com/'],
      },
    ],
  });
  expect(declared('Custom::VestibuleAgent', from)).toMatchObject([
    {
      delegations: [
        {
          resource: 'https://mcp.example.com/billing',
          scopes: [{ name: 'invoices:write', from: ['ask'] }],
          ...{ subjects: ['person'], mode: 'impersonation', refresh: true },
        },
      ],
    },
  ]);
  expect(declared('Custom::VestibuleResource', from)).toMatchObject([
    {
      delegations: [
        {
          resource: 'https://mcp.example.com/refunds',
          scopes: [{ name: 'invoices:read', from: ['invoices:read'] }],
          ...{ subjects: ['agent'], mode: 'delegation' },
        },
      ],
    },
    { id: 'clerk-agent' },
    { actor: 'clerk' },
  ]);
  expect(declared('Custom::VestibuleClient', from)).toMatchObject([
    { client_id: 'clerk-client', grant_types: ['client_credentials', 'refresh_token', exchange] },
    { client_id: 'clerk-signer', grant_types: ['client_credentials', 'refresh_token', exchange] },
    { client_id: 'billing-server', grant_types: [exchange] },
    expect.not.objectContaining({ grant_types: expect.anything() as unknown }),
  ]);
});
