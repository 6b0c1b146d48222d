import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ProviderKeys } from '../constructs/provider-keys.ts';

/** What the functions need that deal with people. */
export interface PeopleParts {
  /** The ids of the identity providers, in the order of the config. */
  readonly idps: readonly string[];
  /** Of those that know the deployment by keys. */
  readonly keys: ReadonlyMap<string, ProviderKeys>;
  /** The function that alone holds upstream credentials. */
  readonly downstream: IFunction;
  /** Lets a function ask the downstream function. It reads the identity providers along with the registry. */
  readonly grantAsking: (role: IRole) => PeopleVariables;
  /** Absent where all clients sign people in as the client of the deployment. */
  readonly enrolment: EnrolmentParts | undefined;
}

export interface EnrolmentParts {
  /** The ids of the identity providers at which each client is one of its own. */
  readonly idps: readonly string[];
  /** Lets a function have clients enrolled. */
  readonly grantAsking: (role: IRole) => { readonly ENROLMENT_FUNCTION: string };
}

export interface PeopleVariables {
  /** Name of the downstream function. */
  readonly DOWNSTREAM_FUNCTION: string;
  /** The ids of the identity providers, as a JSON list. */
  readonly IDPS: string;
}
