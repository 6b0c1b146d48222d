import type { AwsWorkload } from '../../../ports/aws-workload.ts';
import { accountOfRole, coversRole } from '../../workload/role-pattern.ts';
import type { AwsIdentity } from './read-identity.ts';

/** What of an AWS identity is not what the client is registered for. */
export type UnboundAwsIdentity =
  | { readonly reason: 'aws_account_not_bound' }
  | { readonly reason: 'aws_role_not_bound' }
  | { readonly reason: 'aws_organization_not_bound' }
  | { readonly reason: 'aws_principal_tag_not_bound'; readonly tag: string }
  | { readonly reason: 'aws_lambda_function_not_bound' };

/** The first thing that keeps a proven identity from being the client's workload. */
export function unboundPart(workload: AwsWorkload, identity: AwsIdentity): UnboundAwsIdentity | undefined {
  if (accountOfRole(workload.role) !== identity.account) return { reason: 'aws_account_not_bound' };
  if (!coversRole(workload.role, identity.role)) return { reason: 'aws_role_not_bound' };
  if (workload.organization !== undefined && workload.organization !== identity.organization) {
    return { reason: 'aws_organization_not_bound' };
  }
  const tag = missingTag(workload, identity);
  if (tag !== undefined) return { reason: 'aws_principal_tag_not_bound', tag };
  return isOneOf(workload.lambdaFunctions, identity.lambdaFunction)
    ? undefined
    : { reason: 'aws_lambda_function_not_bound' };
}

function missingTag({ principalTags: wanted }: AwsWorkload, { principalTags: has }: AwsIdentity) {
  return Object.keys(wanted).find((tag) => !Object.hasOwn(has, tag) || has[tag] !== wanted[tag]);
}

function isOneOf(functions: readonly string[], caller: string | undefined): boolean {
  return functions.length === 0 || (caller !== undefined && functions.includes(caller));
}
