import { describe, expect, it } from 'vitest';
import { readClient } from '../../../lambdas/registry/declaration/client.ts';
import { client, context, loopback, refusalOf } from './judged-declarations.ts';

describe('the declaration of a client that is an AWS workload', () => {
  const aws = {
    issuer: 'https://01234567-89ab-cdef-0123-456789abcdef.tokens.sts.global.api.aws',
    role: 'arn:aws:iam::123456789012:role/agents/*',
  };
  const declared = (change: object): object => ({
    ...{ ...client, token_endpoint_auth_method: 'aws_iam_jwt' },
    aws: { ...aws, ...change },
  });

  it('says which role it is, and what else must hold', () => {
    const more = { organization: 'o-a1b2c3d4e5', principal_tags: { team: 'data' } };
    expect(readClient(declared(more), context)).toMatchObject({
      ok: true,
      value: {
        authentication: {
          method: 'aws_iam_jwt',
          workload: {
            ...{ ...aws, organization: 'o-a1b2c3d4e5' },
            ...{ principalTags: { team: 'data' }, lambdaFunctions: [] },
          },
        },
      },
    });
  });

  it('has an issuer on this machine only where the deployment says so', () => {
    const local = declared({ issuer: 'http://localhost:4000' });
    expect(readClient(local, loopback).ok).toBe(true);
    expect(refusalOf(readClient, local)).toMatch(/^aws\.issuer .*must be the issuer of the AWS account/);
  });

  it.each([
    ['no role', { role: undefined }, /^aws\.role/],
    ['a role of every account', { role: 'arn:aws:iam::*:role/x' }, /^aws\.role .*must be the ARN of a role/],
    [
      'a path too deep to be looked for',
      { role: `${aws.role.slice(0, -1)}a/b/c/d/*` },
      /at most four folders/,
    ],
    ['tags of the caller', { request_tags: { team: 'data' } }, /^aws\.request_tags: is no member/],
    ['a tag that no reader would see', { principal_tags: { constructor: 'x' } }, /^aws\.principal_tags/],
    [
      'a version of a function',
      { lambda_functions: [`arn:aws:lambda:eu-west-1:123456789012:function:f:1`] },
      /without a version/,
    ],
    ['an organization by name', { organization: 'Example' }, /^aws\.organization "Example"/],
  ])('is refused with %s', (_what, change, words) => {
    expect(refusalOf(readClient, declared(change))).toMatch(words);
  });

  it('is one role and nothing else where it signs requests', () => {
    const signing = (aws_: object): object => ({
      ...{ ...client, token_endpoint_auth_method: 'aws_caller_identity', aws: aws_ },
    });
    const role = 'arn:aws:iam::123456789012:role/path/reporter';
    expect(readClient(signing({ role }), context)).toMatchObject({
      ok: true,
      value: { authentication: { method: 'aws_caller_identity', role } },
    });
    expect(refusalOf(readClient, signing({ role: aws.role }))).toMatch(/AWS tells no path of a signer/);
    expect(refusalOf(readClient, signing(aws))).toMatch(/\{ role \} with "aws_caller_identity"/);
    expect(refusalOf(readClient, declared({ issuer: undefined }))).toMatch(/^aws\.issuer/);
  });

  it('is refused beside another method, and the method without it', () => {
    expect(refusalOf(readClient, { ...client, aws })).toMatch(/no other client has it/);
    const without = { ...client, token_endpoint_auth_method: 'aws_iam_jwt' };
    expect(refusalOf(readClient, without)).toMatch(/needs aws, and/);
  });
});
