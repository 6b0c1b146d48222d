import * as v from 'valibot';
import { isAwsIssuer } from '../../oauth/workload/aws-issuer.ts';
import { isRolePattern } from '../../oauth/workload/role-pattern.ts';
import type { AwsWorkload } from '../../ports/aws-workload.ts';
import { type DeclarationContext, list } from './fields.ts';

const functionArn = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,140}$/;
const tagText = v.pipe(
  v.string('must be text'),
  v.check((text) => text.length <= 256 && text.isWellFormed(), 'must be at most 256 characters'),
);

/** The reader of records leaves these names out, and a demand that is left out would be a demand not made. */
const unreadable = ['__proto__', 'prototype', 'constructor'];

function hasReadableNames(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !unreadable.some((name) => Object.hasOwn(value, name));
}

/** The AWS workload of a client. `request_tags` can be demanded by nothing here: the caller himself writes them. */
function awsWorkload(context: DeclarationContext): v.GenericSchema<unknown, AwsWorkload> {
  return v.pipe(
    v.strictObject(
      {
        issuer: v.pipe(
          v.string('must be text'),
          v.check(
            (text) => isAwsIssuer(text, context.hosts),
            'must be the issuer of the AWS account, such as "https://d3f1a2b4-0000-4000-8000-000000000000.tokens.sts.global.api.aws" (aws iam get-outbound-web-identity-federation-info)',
          ),
        ),
        role: v.pipe(
          v.string('must be text'),
          v.check(
            isRolePattern,
            'must be the ARN of a role, or of all roles under a path of at most four folders, such as "arn:aws:iam::123456789012:role/reporter" or "arn:aws:iam::123456789012:role/agents/*"',
          ),
        ),
        organization: v.exactOptional(
          v.pipe(
            v.string('must be text'),
            v.regex(/^o-[a-z0-9]{10,32}$/, 'must be the id of an AWS organization, such as "o-a1b2c3d4e5"'),
          ),
        ),
        principal_tags: v.exactOptional(
          v.pipe(
            v.custom<Record<string, unknown>>(hasReadableNames, 'must be an object of tags'),
            v.record(v.pipe(tagText, v.nonEmpty('must not be empty')), tagText),
            v.check((tags) => Object.keys(tags).length <= 50, 'must not have more than 50 members'),
          ),
          {},
        ),
        lambda_functions: v.exactOptional(
          list(
            v.pipe(
              v.string('must be text'),
              v.regex(
                functionArn,
                'must be the ARN of a Lambda function without a version, such as "arn:aws:lambda:eu-west-1:123456789012:function:reporter"',
              ),
            ),
            20,
          ),
          [],
        ),
      },
      'must be an object: { issuer, role, … }',
    ),
    v.transform(({ issuer, role, organization, principal_tags, lambda_functions }) => ({
      issuer,
      role,
      ...(organization !== undefined && { organization }),
      principalTags: principal_tags,
      lambdaFunctions: lambda_functions,
    })),
  );
}

/** One role, known to AWS by the signature of a request: of its session AWS then tells nothing more. */
const callerRole = v.strictObject(
  {
    role: v.pipe(
      v.string('must be text'),
      v.check(
        (text) => isRolePattern(text) && !text.endsWith('*'),
        'must be the ARN of one role, such as "arn:aws:iam::123456789012:role/reporter", because AWS tells no path of a signer',
      ),
    ),
  },
  'must be an object: { role }',
);

/** The member `aws`: with an issuer it is read as a workload, without one as a role that signs requests. */
export function awsMember(
  context: DeclarationContext,
): v.GenericSchema<unknown, AwsWorkload | { readonly role: string }> {
  const workload = awsWorkload(context);
  const isOfRoleOnly = v.strictObject({ role: v.unknown() });
  return v.lazy((input) => (v.is(isOfRoleOnly, input) ? callerRole : workload));
}
