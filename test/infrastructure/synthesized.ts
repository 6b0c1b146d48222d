import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { VestibuleConfig } from '../../lib/index.ts';
import { VestibuleStack } from '../../lib/stacks/vestibule-stack.ts';

export const aConfig: VestibuleConfig = {
  resources: [
    {
      id: 'billing',
      uri: 'https://mcp.example.com/billing',
      audience: 'billing-api',
      name: 'Billing',
      scopes: { 'invoices:read': 'Read invoices', 'invoices:write': 'Change invoices' },
    },
    {
      id: 'clerk-agent',
      uri: 'https://agents.example.com/clerk',
      kind: 'agent',
      agent: 'clerk',
      name: 'Clerk',
      scopes: { ask: 'Ask the clerk' },
    },
  ],
  agents: [
    {
      id: 'clerk',
      name: 'The clerk',
      owner: 'finance@example.com',
      scopes: {
        billing: { required: ['invoices:read'], optional: ['invoices:write'] },
        'clerk-agent': { optional: ['ask'] },
      },
    },
  ],
  clients: [
    { id: 'clerk-client', agent: 'clerk', authentication: { method: 'client_secret_basic' } },
    {
      id: 'clerk-signer',
      agent: 'clerk',
      authentication: {
        method: 'private_key_jwt',
        jwksUri: 'https://clerk.example.com/jwks.json',
        acceptsTokenEndpointAudience: true,
      },
    },
  ],
};

export const anIssuer: NonNullable<VestibuleConfig['issuer']> = {
  url: 'https://auth.example.com',
  certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
  hostedZone: { id: 'Z0123456789ABC', name: 'example.com' },
};

/** The same behind an edge: CloudFront takes certificates of one Region. */
export const anEdgeIssuer: NonNullable<VestibuleConfig['issuer']> = {
  ...anIssuer,
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/11111111-2222-3333-4444-555555555555',
};

/** An app whose synthesis leaves the schema of CloudFormation to `cdk synth`. */
export function anApp(context: Readonly<Record<string, unknown>> = {}): App {
  return new App({ context, builtinCloudFormationValidation: false, treeMetadata: false });
}

export function stackOf(config: VestibuleConfig, app: App = anApp()): VestibuleStack {
  return new VestibuleStack(app, 'Vestibule', { config, analyticsReporting: false });
}

export function templateOf(config: VestibuleConfig, app?: App): Template {
  return Template.fromStack(stackOf(config, app));
}

/** An intrinsic of the template as one readable text: `<VestibuleGrants.Arn>`, its logical id without the hash. */
export function readable(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Readonly<Record<string, unknown>>;
  if (typeof ref === 'string') return `<${withoutHash(ref)}>`;
  if (Array.isArray(attribute)) return `<${withoutHash(String(attribute[0]))}.${String(attribute[1])}>`;
  if (Array.isArray(join)) return (join[1] as readonly unknown[]).map(readable).join(String(join[0]));
  throw new Error(`no reading for ${JSON.stringify(value)}`);
}

export function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
