import type { CfnResource } from 'aws-cdk-lib';
import type { GuardedResource } from './jwt-rules.ts';

/** The tie between an authorizer and what it guards. */
export interface Guard {
  readonly resource: GuardedResource;
  /** Has `guarded` made once the issuer answers, and its URL registered. Throws when it was called before. */
  readonly attachTo: (guarded: CfnResource, uri: string) => void;
}
