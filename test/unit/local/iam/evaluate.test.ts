import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateIdentity } from '../../../../local/iam/evaluate.ts';
import type { Decision, Permission, RequestContext } from '../../../../local/iam/policy.ts';
import { compilePolicy, compileResourcePolicy } from '../../../../local/iam/statement.ts';

const key = 'arn:aws:kms:us-east-1:000000000000:key/1';

function decide(statements: readonly object[], permission: Permission): Decision {
  return evaluateIdentity(compilePolicy({ Statement: statements }), permission);
}

function allow(fields: object): object {
  return { Effect: 'Allow', Action: 'kms:Sign', Resource: '*', ...fields };
}

describe('the policies of a role', () => {
  it.each<[string, readonly object[], Permission, boolean]>([
    ['allow an action they name', [allow({})], { action: 'kms:Sign', resource: key }, true],
    [
      'allow by a service wildcard',
      [allow({ Action: 'kms:*' })],
      { action: 'kms:Sign', resource: key },
      true,
    ],
    ['allow by a prefix', [allow({ Action: ['kms:Si*'] })], { action: 'kms:Sign', resource: key }, true],
    ['do not allow a longer action', [allow({})], { action: 'kms:SignMore', resource: key }, false],
    [
      'do not allow another service',
      [allow({ Action: 'kms:*' })],
      { action: 'dynamodb:GetItem', resource: key },
      false,
    ],
    [
      'allow a resource by wildcard',
      [allow({ Resource: 'arn:aws:kms:*:*:key/*' })],
      { action: 'kms:Sign', resource: key },
      true,
    ],
    [
      'do not allow a longer resource',
      [allow({ Resource: key })],
      { action: 'kms:Sign', resource: `${key}1` },
      false,
    ],
    ['allow nothing when empty', [], { action: 'kms:Sign', resource: key }, false],
    [
      'let a deny win, wherever it stands',
      [allow({}), { Effect: 'Deny', Action: '*', Resource: key }],
      { action: 'kms:Sign', resource: key },
      false,
    ],
  ])('%s', (_name, statements, permission, allowed) => {
    expect(decide(statements, permission) === 'allowed').toBe(allowed);
  });

  it.each<[string, object, RequestContext, boolean]>([
    [
      'StringEquals of one value',
      { StringEquals: { 'kms:MessageType': 'DIGEST' } },
      { 'kms:MessageType': 'DIGEST' },
      true,
    ],
    [
      'StringEquals of one of several',
      { StringEquals: { 'kms:MessageType': ['RAW', 'DIGEST'] } },
      { 'kms:MessageType': 'RAW' },
      true,
    ],
    [
      'StringEquals of another value',
      { StringEquals: { 'kms:MessageType': 'DIGEST' } },
      { 'kms:MessageType': 'RAW' },
      false,
    ],
    ['StringEquals of an absent key', { StringEquals: { 'aws:ResourceTag/a': 'b' } }, {}, false],
    [
      'StringLike',
      { StringLike: { 'kms:ViaService': 'secretsmanager.*' } },
      { 'kms:ViaService': 'secretsmanager.us' },
      true,
    ],
    [
      'StringEquals, which knows no wildcard',
      { StringEquals: { 'kms:ViaService': 's*' } },
      { 'kms:ViaService': 'sx' },
      false,
    ],
    ['Bool', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    [
      'every key inside',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a#*'] } },
      { 'dynamodb:LeadingKeys': ['a#1', 'a#2'] },
      true,
    ],
    [
      'one key outside',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a#*'] } },
      { 'dynamodb:LeadingKeys': ['a#1', 'b#1'] },
      false,
    ],
    [
      'ForAllValues without keys, as IAM has it',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a#*'] } },
      {},
      true,
    ],
    [
      'ForAnyValue without keys',
      { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['a#*'] } },
      {},
      false,
    ],
    [
      'two conditions of which one fails',
      { StringEquals: { 'kms:MessageType': 'DIGEST', 'aws:ResourceTag/a': 'b' } },
      { 'kms:MessageType': 'DIGEST', 'aws:ResourceTag/a': 'c' },
      false,
    ],
  ])('hold to %s', (_name, condition, context, allowed) => {
    const decision = decide([allow({ Condition: condition })], {
      action: 'kms:Sign',
      resource: key,
      context,
    });
    expect(decision === 'allowed').toBe(allowed);
  });

  it.each<[string, object, RegExp]>([
    ['NotAction', { Effect: 'Allow', NotAction: 'kms:Sign', Resource: '*' }, /statement field NotAction/],
    ['NotResource', { Effect: 'Allow', Action: 'kms:Sign', NotResource: '*' }, /statement field NotResource/],
    ['a principal on a role', allow({ Principal: '*' }), /statement field Principal/],
    ['another effect', allow({ Effect: 'Permit' }), /effect "Permit"/],
    ['a wildcard inside an action', allow({ Action: 'kms:*Key' }), /action kms:\*Key/],
    ['no action', allow({ Action: undefined }), /Action/],
    ['a resource that is no ARN', allow({ Resource: 'table' }), /resource table/],
    ['an unresolved intrinsic', allow({ Resource: { Ref: 'Key' } }), /Resource \{"Ref":"Key"\}/],
    ['a policy variable', allow({ Resource: 'arn:aws:s3:::a/${aws:username}' }), /policy variable/],
    [
      'another operator',
      allow({ Condition: { NumericLessThan: { 'kms:MessageType': '1' } } }),
      /operator NumericLessThan/,
    ],
    [
      'another set operator',
      allow({ Condition: { 'ForSome:StringEquals': { 'kms:MessageType': 'RAW' } } }),
      /operator ForSome/,
    ],
    [
      'another condition key',
      allow({ Condition: { StringEquals: { 'aws:SourceIp': '::1' } } }),
      /condition key aws:SourceIp/,
    ],
    [
      'a set operator on a single value',
      allow({ Condition: { 'ForAllValues:StringEquals': { 'kms:MessageType': 'RAW' } } }),
      /single-valued key/,
    ],
    [
      'a plain operator on a set',
      allow({ Condition: { StringLike: { 'dynamodb:LeadingKeys': 'a' } } }),
      /multi-valued key/,
    ],
  ])('are an error with %s', (_name, statement, message) => {
    expect(() => compilePolicy({ Statement: [statement] })).toThrow(message);
  });

  it('name the condition that failed', () => {
    const statement = allow({ Condition: { StringEquals: { 'kms:MessageType': 'DIGEST' } } });
    const context = { 'kms:MessageType': 'RAW' };
    expect(decide([statement], { action: 'kms:Sign', resource: key, context })).toEqual({
      denied: 'because no identity-based policy allows the kms:Sign action',
      hint: 'a statement allows it, but its condition StringEquals kms:MessageType DIGEST does not hold: the request has RAW',
    });
  });
});

it('refuses a principal kind that the policy of a resource cannot mean here', () => {
  const statement = allow({ Principal: { Federated: 'accounts.example.com' } });
  expect(() => compileResourcePolicy({ Statement: [statement] })).toThrow(/principal kind Federated/);
});

const actions = fc.constantFrom('kms:Sign', 'kms:Decrypt', 'dynamodb:PutItem', 'dynamodb:Query');
const statements = fc.record({
  Effect: fc.constantFrom('Allow', 'Deny'),
  Action: fc.array(fc.oneof(actions, fc.constantFrom('*', 'kms:*', 'dynamodb:P*')), {
    minLength: 1,
    maxLength: 3,
  }),
  Resource: fc.constantFrom('*', key, 'arn:aws:kms:us-east-1:000000000000:key/*'),
});

describe('for any policies', () => {
  it('a deny that covers the request always wins', () => {
    fc.assert(
      fc.property(fc.array(statements), fc.array(statements), actions, (before, after, action) => {
        const deny = { Effect: 'Deny', Action: action, Resource: '*' };
        const decision = decide([...before, deny, ...after], { action, resource: key });
        expect(decision).not.toBe('allowed');
      }),
    );
  });

  it('an action that no statement names is never allowed', () => {
    const named = statements.map((statement) => ({ ...statement, Action: ['kms:Sign', 'dynamodb:P*'] }));
    fc.assert(
      fc.property(
        fc.array(named),
        fc.constantFrom('kms:Decrypt', 'dynamodb:Query', 'sts:AssumeRole'),
        (policy, action) => {
          expect(decide(policy, { action, resource: key })).not.toBe('allowed');
        },
      ),
    );
  });

  it('an unknown form is an error whatever stands beside it', () => {
    fc.assert(
      fc.property(fc.array(statements), fc.string({ minLength: 1 }), (policy, field) => {
        fc.pre(!['Sid', 'Effect', 'Action', 'Resource', 'Condition', '__proto__'].includes(field));
        const odd = { ...allow({}), [field]: 'x' };
        expect(() => compilePolicy({ Statement: [...policy, odd] })).toThrow(/statement field/);
      }),
    );
  });
});
