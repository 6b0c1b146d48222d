import * as v from 'valibot';
import type { DocumentFault } from '../../ports/client-documents.ts';
import type { Client, ClientAuthentication, GrantType } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { deviceGrantType } from '../device/device-request.ts';
import { redirectKind } from '../redirect-uri.ts';
import { isVisible } from './client-metadata.ts';
import type { Trust } from './document-trust.ts';

const mostRedirectUris = 100;
const longestName = 128;

/** Strict on what decides, and on nothing else: real documents hold members and values of all kinds (IX-51). */
const documentShape = v.object({
  client_id: v.string(),
  client_name: v.string(),
  redirect_uris: v.optional(v.pipe(v.array(v.unknown()), v.maxLength(mostRedirectUris)), []),
  post_logout_redirect_uris: v.optional(v.unknown()),
  token_endpoint_auth_method: v.optional(v.string(), 'none'),
  grant_types: v.optional(v.array(v.unknown())),
  require_pushed_authorization_requests: v.optional(v.unknown()),
  dpop_bound_access_tokens: v.optional(v.boolean()),
  tls_client_certificate_bound_access_tokens: v.optional(v.boolean()),
  jwks: v.optional(v.object({ keys: v.array(v.record(v.string(), v.unknown())) })),
  jwks_uri: v.optional(v.string()),
});

type Document = v.InferOutput<typeof documentShape>;

interface Reading {
  readonly trust: Exclude<Trust, { readonly kind: 'denied' }>;
  readonly customRedirectUris: readonly string[];
  readonly acceptedAt: Instant;
}

/** The client that a metadata document describes; refused in words for its developer (AS-12, AS-13). */
export function readClientDocument(
  url: string,
  json: unknown,
  { trust, customRedirectUris, acceptedAt }: Reading,
): Result<Client, DocumentFault> {
  const parsed = v.safeParse(documentShape, json);
  if (!parsed.success)
    return invalid(`${v.getDotPath(parsed.issues[0]) ?? 'the document'} is missing or malformed`);
  const document = parsed.output;
  if (document.client_id !== url)
    return refuse({
      fault: 'client_id_mismatch',
      detail: 'client_id is not the URL that the document was fetched from',
    });
  const name = nameOf(document);
  if (!isVisible(name)) return invalid('client_name is empty');
  const ways = waysOf(document, customRedirectUris);
  if (!ways.ok) return ways;
  if (hasSecret(json)) return invalid('a document that everybody can read holds a client secret');
  const authentication = authenticationOf(document);
  if (!authentication.ok) return authentication;
  return ok({
    id: url as ClientId,
    name,
    ...ways.value,
    authentication: authentication.value,
    ...(document.require_pushed_authorization_requests === true && { pushesRequests: true }),
    // AS-34: it is refused without a proof from then on.
    ...(document.dpop_bound_access_tokens === true && { dpopBound: true }),
    ...(document.tls_client_certificate_bound_access_tokens === true && { certificateBound: true }),
    consent: trust.kind === 'curated' ? trust.consent : 'asked',
    state: 'active',
    managedBy: { kind: 'document', curated: trust.kind === 'curated' },
    createdAt: acceptedAt,
    updatedAt: acceptedAt,
  });
}

/** What the client of an accepted document calls itself. */
export function nameOf({ client_name: name }: Pick<Document, 'client_name'>): string {
  return name
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '')
    .trim()
    .slice(0, longestName);
}

/**
 * How people let the client in. RFC 7591 §2: redirect URIs are for grants that send people back, and what a client for devices
 * alone lists counts for nothing.
 */
function waysOf(
  document: Document,
  custom: readonly string[],
): Result<Pick<Client, 'grantTypes' | 'redirectUris' | 'postLogoutRedirectUris'>, DocumentFault> {
  const grantTypes = grantTypesOf(document);
  if (!grantTypes.includes('authorization_code')) {
    return grantTypes.includes(deviceGrantType)
      ? ok({ grantTypes, redirectUris: [] })
      : invalid('grant_types holds neither authorization_code nor the device grant');
  }
  const redirectUris = takenUris(document.redirect_uris, custom);
  return redirectUris.length === 0
    ? invalid('redirect_uris holds none that is https or on this machine')
    : ok({ grantTypes, redirectUris, ...postLogoutOf(document, custom) });
}

/** As with redirect URIs, one that we do not take takes no other with it. */
function postLogoutOf(
  { post_logout_redirect_uris: uris }: Document,
  custom: readonly string[],
): Pick<Client, 'postLogoutRedirectUris'> {
  const taken = Array.isArray(uris) ? takenUris(uris, custom).slice(0, mostRedirectUris) : [];
  return taken.length > 0 ? { postLogoutRedirectUris: taken } : {};
}

function takenUris(uris: readonly unknown[], custom: readonly string[]): readonly string[] {
  return uris.filter((uri): uri is string => {
    const kind = typeof uri === 'string' ? redirectKind(uri) : undefined;
    return kind === 'private-use' ? custom.includes(uri as string) : kind !== undefined;
  });
}

/** Grants that we do not know are ignored (IX-23); to name none is to take what people need. */
function grantTypesOf({ grant_types: named }: Document): readonly GrantType[] {
  const usual = ['authorization_code', 'refresh_token'] as const;
  return named === undefined ? usual : [...usual, deviceGrantType].filter((type) => named.includes(type));
}

function hasSecret(json: unknown): boolean {
  return (
    typeof json === 'object' &&
    json !== null &&
    ('client_secret' in json || 'client_secret_expires_at' in json)
  );
}

function authenticationOf({
  token_endpoint_auth_method: method,
  jwks,
  jwks_uri: jwksUri,
}: Document): Result<ClientAuthentication, DocumentFault> {
  if (method === 'none') return ok({ method });
  if (method !== 'private_key_jwt') {
    return invalid(
      `token_endpoint_auth_method is neither none nor private_key_jwt, which alone need no secret`,
    );
  }
  // ChatGPT names the token endpoint, as RFC 7523 §3 lets it, and such a client has no way to tell us.
  const common = { method, acceptsTokenEndpointAudience: true } as const;
  if (jwks !== undefined && jwksUri !== undefined)
    return invalid('jwks stands beside jwks_uri; one says where the keys are');
  if (jwksUri !== undefined) {
    return isHttps(jwksUri)
      ? ok({ ...common, keys: { kind: 'jwks_uri', jwksUri } })
      : invalid('jwks_uri is no https URL');
  }
  if (jwks === undefined || jwks.keys.length === 0) return invalid('private_key_jwt needs jwks or jwks_uri');
  if (jwks.keys.some((key) => 'd' in key || 'k' in key))
    return invalid('jwks holds a private or symmetric key');
  return ok({ ...common, keys: { kind: 'jwks', jwks } });
}

/** The guarded fetcher judges all else of it, and the address behind it. */
function isHttps(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || url?.protocol === 'http:';
}

function invalid(detail: string): Result<never, DocumentFault> {
  return refuse({ fault: 'metadata_invalid', detail });
}
