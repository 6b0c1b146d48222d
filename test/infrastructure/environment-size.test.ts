import { Fn, Stack } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { describe, expect, it } from 'vitest';
import { environmentProblems } from '../../lib/constructs/environment-size.ts';
import { githubActions, type VestibuleConfig } from '../../lib/index.ts';
import { aConfig, anApp, stackOf } from './synthesized.ts';

function problems(
  environment: Readonly<Record<string, string>>,
  stack = new Stack(anApp(), 'Vestibule'),
): string {
  return environmentProblems(stack, 'token', environment).join();
}

/** What a synthesis is refused with. */
function refusalOf(config: VestibuleConfig): string {
  const app = anApp();
  stackOf(config, app);
  try {
    app.synth();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the environment of a function', () => {
  it('has no more bytes, written as JSON, than Lambda takes', () => {
    const around = '{"A":""}'.length;
    expect(problems({ A: 'x'.repeat(4_096 - around) })).toBe('');
    expect(problems({ A: 'x'.repeat(4_097 - around) })).toMatch(
      /'token' has some 4097 bytes, and Lambda takes 4096: A 4091;/,
    );
    // Each of these takes two bytes there.
    expect(problems({ A: '"'.repeat(2_044) })).toBe('');
    expect(problems({ A: 'ü'.repeat(2_045) })).toMatch(/has some 4098 bytes/);
  });

  it('counts what a deployment alone knows with the length that it will have', () => {
    const stack = new Stack(anApp(), 'Vestibule');
    const table = new CfnTable(stack, 'Registry', { keySchema: [], attributeDefinitions: [] });
    const secret = new Secret(stack, 'Proof');
    const environment = {
      REGISTRY_TABLE: table.ref,
      ARNS: stack.toJsonString({ proof: secret.secretArn }),
      KEY: table.attrArn,
      OTHER: Fn.importValue('elsewhere'),
    };
    const room = 'x'.repeat(4_096 - 650);
    expect(problems({ ...environment, ROOM: room }, stack)).toBe('');
    const secretArn =
      'arn:aws:secretsmanager:ap-southeast-1:123456789012:secret:ProofABCDEF12-ABCDEFGHIJKL-abcdef';
    const told = problems({ ...environment, ROOM: 'x'.repeat(4_000) }, stack);
    const [, size = ''] = /ARNS (\d+)/.exec(told) ?? [];
    expect(Number(size)).toBe(`"{\\"proof\\":\\"${secretArn}\\"}"`.length);
  });

  it('is refused at synth where all that the config puts there is too long together, and what made it long is named', () => {
    const agent = aConfig.agents[0]?.id ?? '';
    const workloads = Array.from({ length: 18 }, (_, at) => ({
      ...{ anchor: 'github-actions', agent, claims: { repository_id: String(1_000_000_000 + at) } },
    }));
    const config = { ...aConfig, trustAnchors: [githubActions()], workloads };
    const identityAssertions = Array.from({ length: 9 }, (_, at) => ({
      audience: `https://as-${at}.partner.example.com`,
      clients: { portal: `the-name-of-our-client-there-${at}` },
      scopes: ['invoices:read', 'invoices:write', 'invoices:list', 'invoices:close'],
    }));
    const identityProviders = [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }];
    const portal = {
      ...{ id: 'portal', agent, authentication: { method: 'client_secret_basic' as const } },
      grants: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'] as const,
    };
    const clients = [...config.clients, portal];
    expect(refusalOf({ ...config, clients, identityProviders, identityAssertions })).toMatch(
      /the environment of the function 'token' has some \d+ bytes, and Lambda takes 4096: (?:(?:WORKLOADS \d+ \(from workloads\)|IDENTITY_ASSERTIONS \d+ \(from identityAssertions\)); ){2}.*write fewer or shorter ones/,
    );
  }, 120_000);

  it('is refused where many APIs each have a client of their own', () => {
    const identityProviders = [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }];
    const downstreamApis = Array.from({ length: 40 }, (_, at) => ({
      ...{ id: `api-${at}`, uri: `https://api-${at}.example.com`, idp: 'staff', scopes: ['read'] },
      strategy: { kind: 'rfc8693' as const, client: { id: `client-${at}` } },
    }));
    expect(refusalOf({ ...aConfig, identityProviders, downstreamApis })).toMatch(
      /the environment of the function 'downstream' has some \d+ bytes.*: IDP_SECRETS \d+ \(from identityProviders, and downstreamApis that name a client\);/,
    );
  }, 120_000);
});
