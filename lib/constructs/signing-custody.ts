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
  /** The making of keys. */
  readonly grantMaking: (role: IRole) => SigningVariables;
}
