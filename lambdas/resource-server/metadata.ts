import { absoluteUrl, protectedResourceMetadataUrl } from '../token-client/addresses.ts';
import { proofAlgorithms } from './dpop-proof.ts';
import { crossOriginHeaders } from './cross-origin.ts';
import { assertScopes } from './scopes.ts';

export interface ProtectedResourceMetadataOptions {
  /** The URI of this server exactly as registered, and as clients type it. */
  readonly resource: string;
  readonly issuer: string;
  /** The least that basic use needs. */
  readonly scopes?: readonly string[];
  readonly name?: string;
  readonly documentation?: string;
}

/** A document to serve with GET at `path` on the resource's own host. */
export interface ProtectedResourceMetadata {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The metadata of a protected resource for servers that answer for themselves; Vestibule serves the same for every
 * registered resource. Throws a TypeError for a wrong URL or scope name.
 */
export function protectedResourceMetadata(
  options: ProtectedResourceMetadataOptions,
): ProtectedResourceMetadata {
  const { resource, issuer, scopes = [], name, documentation } = options;
  absoluteUrl('issuer', issuer);
  const url = protectedResourceMetadataUrl(resource);
  // Refresh tokens are between the client and the authorization server (RS-5).
  if (scopes.includes('offline_access')) throw new TypeError('offline_access is no scope of a resource');
  return {
    url,
    path: new URL(url).pathname,
    headers: { 'content-type': 'application/json', 'cache-control': 'max-age=60', ...crossOriginHeaders },
    body: {
      // RFC 9728 §3.3: clients refuse a document whose `resource` is not the one they asked about.
      resource,
      authorization_servers: [issuer],
      ...(scopes.length === 0 ? {} : { scopes_supported: assertScopes(scopes) }),
      bearer_methods_supported: ['header'],
      // RFC 9728 §2: what the verifier of this package takes proofs by.
      dpop_signing_alg_values_supported: proofAlgorithms,
      ...(name === undefined ? {} : { resource_name: name }),
      ...(documentation === undefined ? {} : { resource_documentation: documentation }),
    },
  };
}
