import { authorizationCodeGrantRequest, validateAuthResponse } from 'oauth4webapi';
import type { ProbedToken } from '../../ports/diagnosis.ts';
import { withNonce } from './key-proofs.ts';
import { errorCodeIn, tokenError, vendorCodeIn } from './provider-errors.ts';
import type { Talk } from './provider-talk.ts';

/**
 * Redeems a code that nobody gave, which no provider takes: what it says tells whether it takes our credentials. `random`
 * has to be new each time: it stands for code, state and verifier.
 */
export async function probeTokenEndpoint(
  { as, client, auth, options }: Pick<Talk, 'as' | 'client' | 'auth' | 'options'>,
  redirectUri: string,
  random: string,
): Promise<ProbedToken> {
  const parameters = new URLSearchParams({ code: random, state: random, iss: as.issuer });
  const back = validateAuthResponse(as, client, parameters, random);
  const response = await withNonce({ options }, () =>
    authorizationCodeGrantRequest(as, client, auth, back, redirectUri, random, options),
  );
  return { status: response.status, ...errorIn(response.status, membersOf(await response.text())) };
}

/** What an answer says of an error, as far as it is looked at. */
export function errorIn(
  status: number,
  { error, error_description: description }: AnswerMembers,
): Pick<ProbedToken, 'error' | 'vendorCode'> {
  const code = errorCodeIn(error);
  if (code === undefined) return status === 401 ? { error: 'invalid_client' } : {};
  const vendorCode = vendorCodeIn(description);
  return { error: tokenError(status, code), ...(vendorCode !== undefined && { vendorCode }) };
}

interface AnswerMembers {
  readonly error?: unknown;
  readonly error_description?: unknown;
}

function membersOf(body: string): AnswerMembers {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}
