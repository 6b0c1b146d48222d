import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { aConfig, anEdgeIssuer, anIssuer, stackOf } from './synthesized.ts';

const acknowledged = Validations.ACKNOWLEDGED_RULES_METADATA_KEY;

describe.each([
  ['a production deployment', aConfig],
  ['a dev deployment', { ...aConfig, profile: 'dev' }],
  ['a deployment with wrapped signing keys', { ...aConfig, signing: 'envelope' }],
  [
    'a deployment where people sign in',
    {
      ...aConfig,
      identityProviders: [{ id: 'staff', issuer: 'https://login.example.com', clientId: 'vestibule' }],
    },
  ],
  [
    'a deployment that puts tokens of tasks into secrets',
    {
      ...aConfig,
      agents: aConfig.agents.map((agent) => ({
        ...agent,
        tasks: {
          maximumHours: 8,
          secrets: ['arn:aws:secretsmanager:us-east-1:123456789012:secret:vestibule/tasks/*'],
        },
      })),
    },
  ],
  ['a deployment with a canary', { ...aConfig, canary: true }],
  ['a deployment on a host of its own', { ...aConfig, issuer: anIssuer }],
  ['a deployment behind an edge', { ...aConfig, issuer: anEdgeIssuer, edge: {} }],
] as const)('%s', (_, config) => {
  test('satisfies AwsSolutions', () => {
    expect(findings(stackOf(config))).toEqual([]);
  });

  test('acknowledges nothing that is not found, and each with a reason', () => {
    const given = stackOf(config)
      .node.findAll()
      .flatMap((construct) =>
        acknowledgements(construct).map((entry) => [construct.node.path, ...entry] as const),
      );
    const found = findings(withoutAcknowledgements(stackOf(config)));
    expect(given).not.toHaveLength(0);
    for (const [path, key, reason] of given) {
      expect(reason.length, key).toBeGreaterThan(40);
      expect(found).toContainEqual([key.replace(/^annotation::/i, ''), expect.stringContaining(path)]);
    }
  });
});

function findings(scope: IConstruct): readonly (readonly [string, string])[] {
  return new AwsSolutionsChecks(scope)
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = '' }) => [ruleName, constructPath] as const),
    );
}

function acknowledgements(construct: IConstruct): readonly (readonly [string, string])[] {
  return construct.node.metadata
    .filter(({ type }) => type === acknowledged)
    .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>));
}

function withoutAcknowledgements(stack: ReturnType<typeof stackOf>): typeof stack {
  for (const { node } of stack.node.findAll()) {
    const kept = node.metadata.filter(({ type }) => type !== acknowledged);
    Object.defineProperty(node, 'metadata', { value: kept });
  }
  return stack;
}
