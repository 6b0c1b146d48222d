import type { Result } from '../runtime/result.ts';

/** An account of AWS and who signs the identity tokens of its workloads. */
export interface AwsAccount {
  readonly id: string;
  readonly issuer: string;
}

export interface OwnAwsAccount {
  /** The account that the deployment is in; refused where outbound identity federation is not enabled in it. */
  readonly find: () => Promise<Result<AwsAccount, 'federation_disabled'>>;
}
