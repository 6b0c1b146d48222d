import * as v from 'valibot';
import type {
  AssertionKeys,
  CertificateAuthentication,
  GrantType,
  KeyAuthentication,
} from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { deviceGrantType } from '../device/device-request.ts';
import { redirectKind } from '../redirect-uri.ts';
import { certificateAuthenticationOf, certificateBoundOf, certificateEcho } from './certificate-metadata.ts';
import { type Places, placesOf } from './redirect-metadata.ts';
import type { RegistrationRefusal } from './refusal.ts';

const most = { keys: 10, contacts: 10 } as const;
const longest = { name: 128, text: 1_024, scope: 2_048 } as const;

/** What a client said of itself, judged. */
export interface ClientMetadata extends Places {
  readonly name: string;
  readonly grantTypes: readonly GrantType[];
  readonly authentication:
    | { readonly method: 'none' | 'client_secret_basic' | 'client_secret_post' }
    | KeyAuthentication
    | CertificateAuthentication;
  /** RFC 9126 §6. */
  readonly pushesRequests: boolean;
  /** RFC 9449 §5.2. */
  readonly dpopBound: boolean;
  /** RFC 8705 §3.4. */
  readonly certificateBound: boolean;
  /** As it is echoed: what was registered, and not what was asked (RFC 7591 §3.2.1). */
  readonly echo: Readonly<Record<string, unknown>>;
}

type Read<Value> = Result<Value, RegistrationRefusal>;
type Json = Readonly<Record<string, unknown>>;

const methods = [
  ...(['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const),
  'tls_client_auth',
] as const;

/** What the deployment takes of clients that describe themselves. */
export interface MetadataPolicy {
  readonly customRedirectUris: readonly string[];
  /** Whether there is a host where clients show certificates. */
  readonly mutualTls: boolean;
}

/** Members that are shown to people or kept for operators; not understood otherwise. */
const texts = ['application_type', 'software_id', 'software_version'] as const;
const urls = ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri'] as const;

/** Reads the metadata of a registration (RFC 7591 §2). What we do not know is ignored, and not echoed. */
export function readClientMetadata(
  json: unknown,
  { customRedirectUris, mutualTls }: MetadataPolicy,
): Read<ClientMetadata> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return invalid('the body must be a JSON object of client metadata');
  }
  // A member that is null says nothing (IX-21 of what we say).
  const given: Json = Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
  const grantTypes = grantTypesOf(given);
  if (!grantTypes.ok) return grantTypes;
  const places = placesOf(given, grantTypes.value, customRedirectUris);
  if (!places.ok) return places;
  const { redirectUris, postLogoutRedirectUris } = places.value;
  const authentication = authenticationOf(given, redirectUris, mutualTls);
  if (!authentication.ok) return authentication;
  const responseTypes = responseTypesOf(given, grantTypes.value);
  if (!responseTypes.ok) return responseTypes;
  const pushesRequests = given['require_pushed_authorization_requests'] === true;
  const bound = boundOf(given, mutualTls);
  if (!bound.ok) return bound;
  const name = nameOf(given, redirectUris);
  return ok({
    name,
    redirectUris,
    postLogoutRedirectUris,
    grantTypes: grantTypes.value,
    authentication: authentication.value,
    pushesRequests,
    ...bound.value,
    echo: {
      client_name: name,
      redirect_uris: redirectUris,
      grant_types: grantTypes.value,
      response_types: responseTypes.value,
      token_endpoint_auth_method: authentication.value.method,
      ...proofEcho(authentication.value),
      ...(postLogoutRedirectUris.length > 0 && { post_logout_redirect_uris: postLogoutRedirectUris }),
      ...(pushesRequests && { require_pushed_authorization_requests: true }),
      ...boundEcho(bound.value),
      ...descriptionOf(given),
    },
  });
}

/** IX-23: grants that we do not have are ignored; to name none is to take what people need. */
function grantTypesOf(given: Json): Read<readonly GrantType[]> {
  const usual = ['authorization_code', 'refresh_token'] as const;
  const named = given['grant_types'];
  if (named === undefined) return ok(usual);
  if (!Array.isArray(named)) return invalid('grant_types must be a list');
  const granted = [...usual, deviceGrantType].filter((type) => named.includes(type));
  return granted.some((type) => type !== 'refresh_token')
    ? ok(granted)
    : invalid(
        'grant_types must hold "authorization_code" or the device grant: clients that register themselves are for people',
      );
}

/** RFC 7591 §2.1: the response types that belong to the grants. */
function responseTypesOf(
  { response_types: asked }: Json,
  grantTypes: readonly GrantType[],
): Read<readonly string[]> {
  if (!grantTypes.includes('authorization_code')) return ok([]);
  return Array.isArray(asked) && !asked.includes('code')
    ? invalid('response_types must hold "code", which is all that there is')
    : ok(['code']);
}

/** What its tokens are bound to: a key, a certificate, or nothing. */
function boundOf(
  given: Json,
  mutualTls: boolean,
): Read<Pick<ClientMetadata, 'dpopBound' | 'certificateBound'>> {
  const { dpop_bound_access_tokens: dpopBound = false } = given;
  if (typeof dpopBound !== 'boolean') return invalid('dpop_bound_access_tokens must be true or false');
  const certificateBound = certificateBoundOf(given, { mutualTls, dpopBound });
  return certificateBound.ok ? ok({ dpopBound, certificateBound: certificateBound.value }) : certificateBound;
}

function authenticationOf(
  given: Json,
  redirectUris: readonly string[],
  mutualTls: boolean,
): Read<ClientMetadata['authentication']> {
  const named = given['token_endpoint_auth_method'] ?? usualMethod(given, redirectUris);
  const method = methods.find((known) => known === named && (mutualTls || known !== 'tls_client_auth'));
  switch (method) {
    case 'none':
    case 'client_secret_basic':
    case 'client_secret_post':
      return ok({ method });
    case 'private_key_jwt': {
      const keys = keysOf(given);
      // ChatGPT names the token endpoint, as RFC 7523 §3 lets it, and such a client has no way to tell us.
      return keys.ok ? ok({ method, keys: keys.value, acceptsTokenEndpointAudience: true }) : keys;
    }
    case 'tls_client_auth':
      return certificateAuthenticationOf(given);
    case undefined:
      return invalid(
        `token_endpoint_auth_method must be none, client_secret_basic, client_secret_post${mutualTls ? ', tls_client_auth' : ''} or private_key_jwt`,
      );
  }
}

/** IX-22: an app on a person's machine keeps no secret, and clients choke on the default of RFC 7591. */
function usualMethod(given: Json, redirectUris: readonly string[]): string {
  if (given['jwks'] !== undefined || given['jwks_uri'] !== undefined) return 'private_key_jwt';
  return redirectUris.every((uri) => redirectKind(uri) !== 'https') ? 'none' : 'client_secret_post';
}

const publicMembers = ['kty', 'kid', 'use', 'alg', 'key_ops', 'crv', 'n', 'e', 'x', 'y'] as const;
const keySet = v.object({
  keys: v.pipe(
    v.array(
      v.object({
        ...Object.fromEntries(
          publicMembers.map((member) => [member, v.optional(v.union([v.string(), v.array(v.string())]))]),
        ),
        kty: v.picklist(['RSA', 'EC', 'OKP']),
        d: v.optional(v.never()),
      }),
    ),
    v.minLength(1),
    v.maxLength(most.keys),
  ),
});

function keysOf({ jwks, jwks_uri: jwksUri }: Json): Read<AssertionKeys> {
  if ((jwks === undefined) === (jwksUri === undefined)) {
    return invalid('private_key_jwt needs either jwks or jwks_uri, and not both');
  }
  if (jwks === undefined) {
    return typeof jwksUri === 'string' && isWebUrl(jwksUri)
      ? ok({ kind: 'jwks_uri', jwksUri })
      : invalid('jwks_uri must be an https URL');
  }
  const parsed = v.safeParse(keySet, jwks);
  return parsed.success
    ? ok({ kind: 'jwks', jwks: parsed.output })
    : invalid(`jwks must hold 1 to ${most.keys} public RSA, EC or OKP keys, and no private key`);
}

function boundEcho({
  dpopBound,
  certificateBound,
}: Pick<ClientMetadata, 'dpopBound' | 'certificateBound'>): Json {
  return {
    ...(dpopBound && { dpop_bound_access_tokens: true }),
    ...(certificateBound && { tls_client_certificate_bound_access_tokens: true }),
  };
}

function proofEcho(authentication: ClientMetadata['authentication']): Json {
  if (authentication.method === 'tls_client_auth') return certificateEcho(authentication);
  if (!('keys' in authentication)) return {};
  const { keys } = authentication;
  return keys.kind === 'jwks' ? { jwks: keys.jwks } : { jwks_uri: keys.jwksUri };
}

function descriptionOf(given: Json): Json {
  const text = (name: string, length: number): string | undefined => {
    const value = given[name];
    const isPlain = typeof value === 'string' && value !== '' && value.length <= length;
    return isPlain && !/[\p{Cc}\p{Cs}]/u.test(value) ? value : undefined;
  };
  const members = {
    ...Object.fromEntries(texts.map((name) => [name, text(name, longest.text)])),
    ...Object.fromEntries(
      urls.map((name) => [name, text(name, longest.text)] as const).filter(([, url]) => url && isWebUrl(url)),
    ),
    scope: text('scope', longest.scope),
    contacts: contactsOf(given['contacts']),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function contactsOf(given: unknown): readonly string[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const contacts = given
    .filter((contact) => typeof contact === 'string' && contact.length <= longest.text)
    .slice(0, most.contacts) as string[];
  return contacts.length > 0 ? contacts : undefined;
}

function nameOf(given: Json, [first = '']: readonly string[]): string {
  const name = typeof given['client_name'] === 'string' ? given['client_name'] : '';
  const plain = name.replaceAll(/[\p{Cc}\p{Cs}]/gu, '').trim();
  if (isVisible(plain)) return plain.slice(0, longest.name);
  // Where people are asked, somebody has to be named.
  return first === '' ? 'An unnamed application' : (URL.parse(first)?.host ?? first).slice(0, longest.name);
}

/** Whether people see who it says it is: a name of joiners and fillers alone is none. */
export function isVisible(name: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(name.replaceAll(/\p{Default_Ignorable_Code_Point}|\u2800/gu, ''));
}

function isWebUrl(text: string): boolean {
  return text.length <= longest.text && /^https?:\/\//.test(text) && URL.canParse(text);
}

function invalid(detail: string): Read<never> {
  return refuse({ reason: 'metadata_invalid', detail });
}
