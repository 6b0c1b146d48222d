import {
  AuthorizationResponseError,
  OperationProcessingError,
  ResponseBodyError,
  UnsupportedOperationError,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import type { SignInRefusal } from '../../ports/people.ts';

// RFC 6749 §4.1.2.1 and §5.2: the characters of an error code, and no more of them than any has.
const errorCode = /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/;

/** The error code by which a provider refused; undefined where it did not refuse. */
export function upstreamError(error: unknown): string | undefined {
  if (error instanceof WWWAuthenticateChallengeError)
    return error.status === 401 ? 'invalid_client' : 'access_denied';
  if (error instanceof ResponseBodyError) return tokenError(error.status, error.error);
  if (error instanceof AuthorizationResponseError) return errorCodeIn(error.error) ?? 'server_error';
  return undefined;
}

/** The error that a token endpoint answers with. RFC 6749 §5.2: a 401 is for who the client is, by whatever name. */
export function tokenError(status: number, error: string): string {
  // Keycloak says of a wrong secret that the client is unauthorized.
  if (status === 401 && error === 'unauthorized_client') return 'invalid_client';
  return errorCodeIn(error) ?? 'server_error';
}

export function errorCodeIn(error: unknown): string | undefined {
  return typeof error === 'string' && errorCode.test(error) ? error : undefined;
}

/** What a failed sign-in comes to; what is no word of the provider (a failed call, a defect) is thrown again. */
export function refusalOf(error: unknown): SignInRefusal {
  const code = upstreamError(error);
  if (code !== undefined) {
    const { error_description: description } = error as { readonly error_description?: unknown };
    const vendorCode = vendorCodeIn(description);
    return { reason: 'upstream_refused', error: code, ...(vendorCode !== undefined && { vendorCode }) };
  }
  return { reason: 'upstream_answer_invalid', detail: detailOf(error) };
}

/** The number by which Entra says what it means; of the description nothing else is kept, which may speak of a person. */
export function vendorCodeIn(description: unknown): string | undefined {
  return typeof description === 'string' ? /\bAADSTS\d{4,8}\b/.exec(description)?.[0] : undefined;
}

/** OIDC Core §3.1.2.6: what only the person can do something about, which some answer at the token endpoint too. */
const ofPeople: ReadonlySet<string> = new Set([
  ...['interaction_required', 'login_required', 'consent_required', 'account_selection_required'],
]);

/**
 * What Entra says of a refresh token with `invalid_grant` beside: unused for too long, too old for how often people sign in there, or a
 * second factor is wanted.
 */
const ofEntra: ReadonlySet<string> = new Set([
  ...['AADSTS700082', 'AADSTS70043', 'AADSTS70044', 'AADSTS50076', 'AADSTS50079'],
]);

/** Whether a provider refused because it wants to see the person. */
export function wantsPerson(code: string | undefined, error: unknown): boolean {
  if (code !== 'invalid_grant') return code !== undefined && ofPeople.has(code);
  const { error_description: description } = error as { readonly error_description?: unknown };
  return ofEntra.has(vendorCodeIn(description) ?? '');
}

/** What is wrong with an answer: the library's own sentence, which holds no value of the answer. */
export function detailOf(error: unknown): string {
  const isOfAnswer = error instanceof OperationProcessingError || error instanceof UnsupportedOperationError;
  if (!isOfAnswer) throw error;
  return error.message;
}
