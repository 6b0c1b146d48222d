import type { ApiRefusal, ApiScope, ApiToken, ExchangeFault } from '../../../ports/downstream-apis.ts';
import { after, type Instant } from '../../../runtime/clock.ts';
import { DependencyUnavailable } from '../../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import { Secret } from '../../../runtime/secret.ts';
import { errorCodeIn, tokenError, vendorCodeIn } from '../provider-errors.ts';
import { faultOf } from './faults.ts';

/** Whether a request bore a proof of possession; `not_ours`: none may be borne, for what it gives is for others. */
export type ProofBorne = 'borne' | 'left_out' | 'not_ours';

/** An answer of a token endpoint, of whatever members it has. */
export interface TokenAnswer {
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
  /** Of the request that it answers. */
  readonly proof: ProofBorne;
}

/** A token that a provider gave, before it is known what it is good for. */
export interface GivenToken {
  readonly token: Secret;
  readonly tokenType: string;
  readonly issuedTokenType?: string;
  readonly expiresIn?: number;
  readonly scope?: string;
}

/** Characters. */
const longestToken = 32_768;
const longestChallenge = 2_048;
const longestUrl = 2_048;

/** What `issued_token_type` may say of an access token (RFC 8693 §3). */
export const accessTokenTypes: ReadonlySet<string> = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
]);

/** Tells what is set up wrongly by the words of one provider: error code and description. */
export type FaultReader = (error: string, description: unknown) => ExchangeFault | undefined;

/** Who was asked, and how its words are read. */
interface AskedOf {
  readonly idp: string;
  readonly faultIn: FaultReader;
}

/**
 * Reads what an exchange came to. RFC 8693 §2.2.1, §2.2.2: an error is one whatever its status, for some answer 200 with it.
 * Throws `DependencyUnavailable` where it says nothing, or where our own credentials are not taken.
 */
export function readExchange(asked: AskedOf, answer: TokenAnswer): Result<GivenToken, ApiRefusal> {
  const { status, members } = answer;
  if (members['error'] !== undefined || status !== 200) return refusedBy(asked, answer);
  const {
    access_token: token,
    token_type: type,
    issued_token_type: issued,
    expires_in: seconds,
    scope,
  } = members;
  if (!isText(token, longestToken) || !isText(type, 64)) {
    throw unbelievable(asked.idp, 'its answer holds no token');
  }
  return ok({
    ...{ token: new Secret(token), tokenType: type.toLowerCase() },
    ...(isText(issued, 256) && { issuedTokenType: issued }),
    ...(typeof seconds === 'number' && seconds > 0 && { expiresIn: Math.floor(seconds) }),
    ...(isText(scope, 4_096) && { scope }),
  });
}

/** Of a token that a caller is to use as its own: bound to a key of ours, it would be good for nobody. */
export function usableToken(
  idp: string,
  given: GivenToken,
  asked: readonly ApiScope[],
  now: Instant,
): Result<ApiToken, ApiRefusal> {
  const { token, tokenType, issuedTokenType, expiresIn } = given;
  if (issuedTokenType !== undefined && !accessTokenTypes.has(issuedTokenType)) {
    throw unbelievable(idp, 'what it gave is no access token');
  }
  if (tokenType !== 'bearer') {
    // RFC 9449 §5: nobody has shown a key, and whoever asks here has none that it could be.
    const fault = tokenType === 'dpop' ? ({ fault: 'exchanged_tokens_bound' } as const) : {};
    return refuse({ kind: 'refused', error: 'token_bound_to_another_key', ...fault });
  }
  return ok({
    accessToken: token,
    ...(issuedTokenType !== undefined && { issuedTokenType }),
    ...(expiresIn !== undefined && { expiresAt: after(now, expiresIn) }),
    scopes: givenScopes(given, asked).map(({ name }) => name),
  });
}

/** RFC 6749 §5.1: left out, it is what was asked; and where it names them in another way than it is asked, nobody can tell. */
function givenScopes({ scope }: GivenToken, asked: readonly ApiScope[]): readonly ApiScope[] {
  const names = new Set((scope ?? '').split(' '));
  const found = asked.filter(({ upstream }) => names.has(upstream));
  return found.length === 0 ? asked : found;
}

function refusedBy({ idp, faultIn }: AskedOf, answer: TokenAnswer): Result<never, ApiRefusal> {
  const { status, members } = answer;
  const code = errorCodeIn(members['error']);
  const error =
    code === undefined ? (status === 401 ? 'invalid_client' : undefined) : tokenError(status, code);
  if (error === undefined) throw unbelievable(idp, `it answers ${status} without an error`);
  const fault = faultOf(faultIn, error, answer);
  if (fault !== undefined) return refuse({ kind: 'refused', error, fault });
  // Ours to mend: whoever asks can do nothing about it, and is served once it is.
  if (isOfOurs(error)) throw unbelievable(idp, `it refuses the exchange: ${error}`);
  const vendorCode = vendorCodeIn(members['error_description']);
  const told = vendorCode === undefined ? {} : { vendorCode };
  if (error === 'interaction_required' || members['claims'] !== undefined) {
    return refuse({ kind: 'interaction_required', ...interactionIn(members), ...told });
  }
  if (error === 'consent_required') return refuse({ kind: 'consent_required', ...told });
  return refuse({ kind: 'refused', error, ...told });
}

function isOfOurs(error: string): boolean {
  return ['invalid_client', 'temporarily_unavailable', 'server_error'].includes(error);
}

/** A challenge is shown to clients as it is, so that it has to be JSON, and a URL one that a browser may be sent to. */
function interactionIn(members: TokenAnswer['members']): { readonly claims?: string; readonly url?: string } {
  const { claims, interaction_uri: uri } = members;
  const url = isText(uri, longestUrl) ? URL.parse(uri) : null;
  return {
    ...(isText(claims, longestChallenge) && isObject(claims) && { claims }),
    ...(url?.protocol === 'https:' && { url: url.href }),
  };
}

function isObject(json: string): boolean {
  try {
    const read: unknown = JSON.parse(json);
    return typeof read === 'object' && read !== null && !Array.isArray(read);
  } catch {
    return false;
  }
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}

export function unbelievable(idp: string, why: string): DependencyUnavailable {
  return new DependencyUnavailable(`identity provider ${idp}`, {
    cause: new Error(why),
    retryAfterSeconds: 5,
  });
}
