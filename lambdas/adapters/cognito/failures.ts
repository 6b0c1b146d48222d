import {
  CognitoIdentityProviderServiceException,
  TooManyRequestsException,
} from '@aws-sdk/client-cognito-identity-provider';
import type { UpstreamRegistrationRefusal } from '../../ports/enrolments.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId } from '../../runtime/identifiers.ts';

export type Refused = Extract<UpstreamRegistrationRefusal, { readonly kind: 'refused' }>;

/** A user pool that could not be asked. */
class UserPoolUnavailable extends DependencyUnavailable {
  /** Nothing came of the request: it was refused before it was dealt with. */
  readonly hadNoEffect: boolean;

  constructor(idp: IdpId, cause: unknown, hadNoEffect: boolean) {
    super(`identity provider ${idp}`, { cause, retryAfterSeconds: 5 });
    this.hadNoEffect = hadNoEffect;
  }
}

/** What Cognito has looked at and refused, by the name of its error alone: its words may hold values of ours. */
export function refusalOf(error: unknown): Refused | undefined {
  if (!(error instanceof CognitoIdentityProviderServiceException) || isThrottling(error)) return undefined;
  const status = error.$metadata.httpStatusCode ?? 500;
  if (error.$fault === 'server' || status >= 500) return undefined;
  return { kind: 'refused', status, error: error.name };
}

/** The failure of a call that Cognito did not answer, or refused for now: it allows a few such calls a second. */
export function dependencyFailure(idp: IdpId, error: unknown): DependencyUnavailable {
  return new UserPoolUnavailable(idp, error, isThrottling(error));
}

function isThrottling(error: unknown): boolean {
  return (
    error instanceof TooManyRequestsException ||
    (error instanceof CognitoIdentityProviderServiceException && error.name === 'ThrottlingException')
  );
}
