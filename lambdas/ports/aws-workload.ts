/** The AWS workload that a client is: which tokens of AWS STS are its own. Everything said here must hold at once. */
export interface AwsWorkload {
  /** The issuer of one AWS account, `https://<id>.tokens.sts.global.api.aws`; the only one whose tokens count. */
  readonly issuer: string;
  /** One role by its ARN, or all roles under a path: `arn:aws:iam::123456789012:role/agents/*`. */
  readonly role: string;
  /** The organization that the account is a member of. */
  readonly organization?: string;
  /** Tags of the role and of its session, which administrators set; never those that a caller asks for. */
  readonly principalTags: Readonly<Record<string, string>>;
  /** The ARNs of Lambda functions, of which one must be the caller; empty: any caller. */
  readonly lambdaFunctions: readonly string[];
}
