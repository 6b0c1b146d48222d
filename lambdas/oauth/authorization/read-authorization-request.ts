import { isStoppedForGood } from '../../ports/client-registrations.ts';
import type { Client, GrantType, RegistryView } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { matchesRedirectUri, redirectKind } from '../redirect-uri.ts';
import { union } from '../scope/scope.ts';
import { askedAccess, type AskedAccess } from './asked-access.ts';
import { type ClaimsRequest, readClaims } from './claims-request.ts';
import { readWishes, type Wishes } from './person-wishes.ts';
import {
  type PageRefusal,
  type RedirectBack,
  type RedirectRefusal,
  redirected,
  type RequestRefusal,
} from './refusal.ts';

/** What a client asks for at the authorization endpoint, every rule of it kept. */
export interface AuthorizationRequest extends AskedAccess, Wishes {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state?: string;
  /** RFC 7636 §4.3, S256. */
  readonly codeChallenge: string;
  readonly nonce?: string;
  /** RFC 9449 §10: the thumbprint of the key that the code is to be bound to. */
  readonly dpopJkt?: string;
}

/**
 * Reads an authorization request. `view` is what the registry knows of the client that it names, and of the resource
 * that it means. Errors go to the redirect URI once it is verified, and before that to the person (RFC 6749 §4.1.2.1).
 */
export function readAuthorizationRequest(
  parameters: RepeatableParameters,
  view: RegistryView,
  now: Instant,
): Result<AuthorizationRequest, RequestRefusal<RedirectBack>> {
  const client = interactiveClient(parameters, view, now);
  if (!client.ok) return refuse({ tell: 'person', refusal: client.refusal });
  const redirectUri = verifiedRedirectUri(parameters, client.value);
  if (!redirectUri.ok) return refuse({ tell: 'person', refusal: redirectUri.refusal });
  const state = echoedState(parameters);
  const back = { redirectUri: redirectUri.value, ...(state !== undefined && { state }) };
  const rest = restOf(parameters, client.value, view);
  return rest.ok
    ? ok({ client: client.value, ...back, ...rest.value })
    : refuse({ tell: 'client', client: client.value, refusal: rest.refusal, back });
}

/** The client that a request names, where people may use it by that grant. */
export function interactiveClient(
  { values, repeated }: RepeatableParameters,
  { client, clientRefusal: document }: RegistryView,
  now: Instant,
  grant: GrantType = 'authorization_code',
): Result<Client, PageRefusal> {
  if (repeated.has('client_id')) return refuse({ reason: 'parameter_ambiguous', name: 'client_id' });
  if (!values.has('client_id')) return refuse({ reason: 'client_id_missing' });
  if (document !== undefined) return refuse({ reason: 'client_document_refused', document });
  if (client === undefined) return refuse({ reason: 'client_unknown' });
  const isExpired = client.expiresAt !== undefined && client.expiresAt <= now;
  if (isExpired && !isStoppedForGood(client)) return refuse({ reason: 'client_expired' });
  if (client.state !== 'active') return refuse({ reason: stoppedBecause(client) });
  if (!client.grantTypes.includes(grant)) return refuse({ reason: 'client_not_interactive' });
  return ok(client);
}

function stoppedBecause({ registered }: Client): 'client_awaits_approval' | 'client_disabled' {
  return registered?.awaitsApproval === true ? 'client_awaits_approval' : 'client_disabled';
}

/** RFC 6749 §3.1.2.3: left out only where the client has one, and then only where nobody else can be listening. */
function verifiedRedirectUri(
  { values, repeated }: RepeatableParameters,
  client: Client,
): Result<string, PageRefusal> {
  if (repeated.has('redirect_uri')) return refuse({ reason: 'parameter_ambiguous', name: 'redirect_uri' });
  const registered = redirectUrisOf(client);
  const asked = values.get('redirect_uri');
  if (asked !== undefined) {
    return matchesRedirectUri(registered, asked)
      ? ok(asked)
      : refuse({ reason: 'redirect_uri_not_registered' });
  }
  const [only, ...more] = registered;
  const isClear = only !== undefined && more.length === 0 && redirectKind(only) === 'https';
  return isClear ? ok(only) : refuse({ reason: 'redirect_uri_missing' });
}

export function redirectUrisOf({ redirectUris = [], attachedRedirectUris = [] }: Client): readonly string[] {
  return [...redirectUris, ...attachedRedirectUris.map(({ uri }) => uri)];
}

/** IX-31: 2 kB of whatever characters, and what fits into the headers of one answer. Characters, as they are in a URL. */
const longestEcho = 6_144;
/** The same for what stands in the id_token. */
const longestNonce = 1_024;

/** Undefined too where it is refused: an answer that holds it would reach nobody. */
function echoedState({ values, repeated }: RepeatableParameters): string | undefined {
  const state = values.get('state');
  return repeated.has('state') || lengthInUrl(state) > longestEcho ? undefined : state;
}

function lengthInUrl(text = ''): number {
  return new URLSearchParams({ '': text }).toString().length - 1;
}

type Rest = Omit<AuthorizationRequest, 'client' | 'redirectUri' | 'state'>;

function restOf(
  parameters: RepeatableParameters,
  client: Client,
  view: RegistryView,
): Result<Rest, RedirectRefusal> {
  const fault = faultIn(parameters) ?? faultOfAgent(client, view);
  if (fault !== undefined) return refuse(fault);
  const claims = readClaims(parameters.values.get('claims'));
  if (!claims.ok) return refuse(redirected('invalid_request', 'claims_malformed', claims.refusal));
  const wishes = readWishes(parameters.values, claims.value);
  if (!wishes.ok) return wishes;
  const asked = askedAccess(parameters, client, view);
  if (!asked.ok) return asked;
  const nonce = parameters.values.get('nonce');
  const codeChallenge = parameters.values.get('code_challenge') ?? '';
  const dpopJkt = parameters.values.get('dpop_jkt');
  return ok({
    ...{ ...withClaims(asked.value, claims.value), ...wishes.value, codeChallenge },
    ...(nonce !== undefined && { nonce }),
    ...(dpopJkt !== undefined && { dpopJkt }),
  });
}

/** Claims of the person are told beside an id_token alone (OIDC Core §5.5), and by the scopes that the person is asked about. */
function withClaims(asked: AskedAccess, { scopes }: ClaimsRequest): AskedAccess {
  const { access } = asked;
  const isOpenId = access.scope.some((name) => name === 'openid');
  return isOpenId ? { ...asked, access: { ...access, scope: union(access.scope, scopes) } } : asked;
}

export function faultOfAgent({ agentId }: Client, { agent }: RegistryView): RedirectRefusal | undefined {
  if (agentId === undefined || agent?.state === 'active') return undefined;
  return redirected('unauthorized_client', 'agent_disabled', 'the agent of the client is disabled');
}

/** What this endpoint does not do, each with the error that OIDC Core §3.1.2.6 has for it. */
const unsupported = [
  ['request', 'request_not_supported'],
  ['request_uri', 'request_uri_not_supported'],
  ['registration', 'registration_not_supported'],
] as const;

function faultIn({ values, repeated }: RepeatableParameters): RedirectRefusal | undefined {
  const [name] = repeated;
  if (name !== undefined) {
    const shown = /^[a-z_]{1,64}$/.test(name) ? name : 'a parameter';
    return redirected('invalid_request', 'parameter_repeated', `${shown} must not be repeated`);
  }
  const object = unsupported.find(([parameter]) => values.has(parameter));
  if (object !== undefined) {
    return redirected(object[1], object[1], `${object[0]} is not supported; send the parameters themselves`);
  }
  return faultOfLength(values) ?? faultOfResponse(values) ?? faultOfChallenge(values) ?? faultOfKey(values);
}

function faultOfLength(values: ReadonlyMap<string, string>): RedirectRefusal | undefined {
  if (lengthInUrl(values.get('state')) > longestEcho) {
    const description = `state must have at most ${longestEcho} characters, encoded`;
    return redirected('invalid_request', 'state_too_long', description);
  }
  if ((values.get('nonce')?.length ?? 0) <= longestNonce) return undefined;
  const description = `nonce must have at most ${longestNonce} characters`;
  return redirected('invalid_request', 'nonce_too_long', description);
}

function faultOfResponse(values: ReadonlyMap<string, string>): RedirectRefusal | undefined {
  const type = values.get('response_type');
  if (type === undefined) {
    return redirected('invalid_request', 'response_type_missing', 'response_type is missing; it is code');
  }
  if (type !== 'code') {
    return redirected(
      'unsupported_response_type',
      'response_type_unsupported',
      'the response_type must be code',
    );
  }
  const mode = values.get('response_mode') ?? 'query';
  return mode === 'query'
    ? undefined
    : redirected('invalid_request', 'response_mode_unsupported', 'the response_mode must be query');
}

/** A SHA-256 digest in base64url has 43 characters (RFC 7636 §4.2). */
const sha256Digest = /^[A-Za-z0-9_-]{43}$/;

/** PKCE is for every client (AS-20), and only by S256: RFC 7636 §4.4.1 has these errors for the rest. */
function faultOfChallenge(values: ReadonlyMap<string, string>): RedirectRefusal | undefined {
  const challenge = values.get('code_challenge');
  if (challenge === undefined) {
    return redirected('invalid_request', 'code_challenge_missing', 'code challenge required');
  }
  // RFC 7636 §4.3: without a method it would be plain, which tells whoever sees the request what redeems the code.
  if (values.get('code_challenge_method') !== 'S256') {
    return redirected(
      'invalid_request',
      'code_challenge_method_unsupported',
      'transform algorithm not supported: the code_challenge_method must be S256',
    );
  }
  if (sha256Digest.test(challenge)) return undefined;
  return redirected(
    'invalid_request',
    'code_challenge_malformed',
    'the code_challenge must be a SHA-256 digest in base64url, 43 characters',
  );
}

function faultOfKey(values: ReadonlyMap<string, string>): RedirectRefusal | undefined {
  const thumbprint = values.get('dpop_jkt');
  if (thumbprint === undefined || sha256Digest.test(thumbprint)) return undefined;
  return redirected(
    'invalid_request',
    'dpop_jkt_malformed',
    'dpop_jkt must be the SHA-256 thumbprint of the public key in base64url, 43 characters',
  );
}
