import * as v from 'valibot';
import { accountOfRole } from '../../oauth/workload/role-pattern.ts';
import type { OwnAwsAccount } from '../../ports/aws-account.ts';
import type { RegistryRefusal } from '../../registry/refusal.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

/** A client that is an AWS role of which no issuer is said. */
const withoutIssuer = v.looseObject({
  token_endpoint_auth_method: v.literal('aws_iam_jwt'),
  aws: v.looseObject({ role: v.string(), issuer: v.optional(v.undefined()) }),
});

/** Adds to a declaration the issuer that it leaves out: that of the account which the deployment itself is in. */
export async function withOwnIssuer(
  ownAccount: OwnAwsAccount,
  declaration: unknown,
): Promise<Result<unknown, RegistryRefusal>> {
  const read = v.safeParse(withoutIssuer, declaration);
  // What is wrong with it otherwise is told by those who read it next.
  if (!read.success || accountOfRole(read.output.aws.role) === undefined) return ok(declaration);
  const account = await ownAccount.find();
  if (!account.ok) {
    return invalid(
      'must be named, because outbound identity federation is not enabled in the account of this deployment; ' +
        'enable it (aws iam enable-outbound-web-identity-federation), or name the issuer of the account of the role',
    );
  }
  if (accountOfRole(read.output.aws.role) !== account.value.id) {
    return invalid('must be named for a role of another account than that of this deployment');
  }
  return ok({ ...read.output, aws: { ...read.output.aws, issuer: account.value.issuer } });
}

function invalid(fix: string): Result<never, RegistryRefusal> {
  return refuse({ reason: 'field_invalid', field: 'aws.issuer', fix });
}
