import { expect, it } from 'vitest';
import { grantedActions } from '../../../../local/cloudformation/granted-actions.ts';

const allow = (
  ...actions: string[]
): { Statement: { Effect: string; Action: string[]; Resource: string }[] } => ({
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});

it('lists what the roles of functions are allowed, inline and attached', () => {
  const granted = grantedActions({
    Resources: {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: allow('kms:Sign') }] },
      },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: { PolicyDocument: allow('dynamodb:GetItem', 'kms:Sign'), Roles: [{ Ref: 'Role' }] },
      },
      Overflow: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: { PolicyDocument: allow('kms:GetPublicKey'), Roles: [{ Ref: 'Role' }] },
      },
      Function: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
      Other: {
        Type: 'AWS::IAM::Role',
        Properties: { Policies: [{ PolicyDocument: allow('s3:GetObject') }] },
      },
    },
  });
  expect(granted).toEqual([
    { role: 'Role', action: 'kms:Sign' },
    { role: 'Role', action: 'dynamodb:GetItem' },
    { role: 'Role', action: 'kms:GetPublicKey' },
  ]);
});
