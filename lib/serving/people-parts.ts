import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { curatesHosts } from '../config/client-documents.ts';
import type { ProviderKeys } from '../constructs/provider-keys.ts';
import type { VaultTable } from '../constructs/vault-table.ts';
import type { DeploymentParts } from './deployment-parts.ts';

/** What the functions need that deal with people. */
export interface PeopleParts {
  /** The ids of the identity providers, in the order of the config. */
  readonly idps: readonly string[];
  /** Of those that know the deployment by keys. */
  readonly keys: ReadonlyMap<string, ProviderKeys>;
  /** The function that alone holds upstream credentials. */
  readonly downstream: IFunction;
  /** What is kept of people. */
  readonly vault: VaultTable;
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

/** What functions are told that keep metadata documents. */
export interface DocumentEnrolmentVariables {
  readonly PROXIED_IDPS: string;
  readonly ENROLMENT_FUNCTION: string;
}

/** Lets a function have clients of curated hosts enrolled, where there are any. */
export function grantDocumentEnrolment(
  { config, people }: Pick<DeploymentParts, 'config' | 'people'>,
  role: IRole,
): DocumentEnrolmentVariables {
  const enrolment = enrolsDocuments({ config, people }) ? people?.enrolment : undefined;
  return {
    PROXIED_IDPS: JSON.stringify(enrolment?.idps ?? []),
    ENROLMENT_FUNCTION: enrolment?.grantAsking(role).ENROLMENT_FUNCTION ?? 'none',
  };
}

/** Whether clients of curated hosts are clients of their own at an identity provider. */
export function enrolsDocuments({ config, people }: Pick<DeploymentParts, 'config' | 'people'>): boolean {
  return people?.enrolment !== undefined && curatesHosts(config);
}

export interface PeopleVariables {
  /** Name of the downstream function. */
  readonly DOWNSTREAM_FUNCTION: string;
  /** The ids of the identity providers, as a JSON list. */
  readonly IDPS: string;
}
