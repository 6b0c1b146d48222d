import type { IRole } from 'aws-cdk-lib/aws-iam';

export interface SigningVariables {
  /** The ARN of the key that wraps the signing keys, or `none` where they are kept in KMS. */
  readonly WRAPPING_KEY: string;
  readonly DEPLOYMENT: string;
}

/** Where the private halves of the signing keys are, and what a function needs to reach them. One for each mode. */
export interface SigningCustody {
  /** Signatures by the key that signs now; answers the variables that go with it. */
  readonly grantSigning: (role: IRole) => SigningVariables;
  /** What it takes to publish the first keys. */
  readonly grantSeeding: (role: IRole) => Pick<SigningVariables, 'WRAPPING_KEY'>;
  /** What the custom resource of the first keys says about them. */
  readonly seeding: Readonly<Record<string, string>>;
}
