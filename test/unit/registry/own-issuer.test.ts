import { describe, expect, it } from 'vitest';
import { withOwnIssuer } from '../../../lambdas/functions/registrar/own-issuer.ts';
import type { AwsAccount, OwnAwsAccount } from '../../../lambdas/ports/aws-account.ts';
import { describe as sentence } from '../../../lambdas/registry/refusal.ts';
import { ok, refuse } from '../../../lambdas/runtime/result.ts';

const account: AwsAccount = {
  id: '123456789012',
  issuer: 'https://01234567-89ab-cdef-0123-456789abcdef.tokens.sts.global.api.aws',
};
const found: OwnAwsAccount = { find: () => Promise.resolve(ok(account)) };
const disabled: OwnAwsAccount = { find: () => Promise.resolve(refuse('federation_disabled')) };
const unasked: OwnAwsAccount = { find: () => Promise.reject(new Error('it was asked')) };
const token_endpoint_auth_method = 'aws_iam_jwt';
const role = 'arn:aws:iam::123456789012:role/reporter';

describe('the issuer that a config leaves out', () => {
  it('is that of the account of the deployment', async () => {
    const declared = {
      client_id: 'reporter',
      token_endpoint_auth_method,
      aws: { role, organization: 'o-a1b2c3d4e5' },
    };
    expect(await withOwnIssuer(found, declared)).toEqual(
      ok({ ...declared, aws: { ...declared.aws, issuer: account.issuer } }),
    );
  });

  it.each([
    ['that names it', { token_endpoint_auth_method, aws: { role, issuer: 'https://other.example' } }],
    ['of a role that signs requests', { token_endpoint_auth_method: 'aws_caller_identity', aws: { role } }],
    ['of another kind of client', { client_id: 'planner' }],
    ['whose role is none', { token_endpoint_auth_method, aws: { role: 'reporter' } }],
    ['that is no object', 7],
  ])('is looked for by no declaration %s', async (_what, declaration) => {
    expect(await withOwnIssuer(unasked, declaration)).toEqual(ok(declaration));
  });

  it.each([
    [
      'while federation is not enabled',
      disabled,
      role,
      /enable it \(aws iam enable-outbound-web-identity-federation\)/,
    ],
    ['for a role of another account', found, 'arn:aws:iam::999999999999:role/x', /role of another account/],
  ])('must be named %s', async (_what, ownAccount, arn, fix) => {
    const read = await withOwnIssuer(ownAccount, { token_endpoint_auth_method, aws: { role: arn } });
    expect(read.ok ? '' : sentence(read.refusal)).toMatch(fix);
  });
});
