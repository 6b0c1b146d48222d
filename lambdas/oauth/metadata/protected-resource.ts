import { egressDetailType } from '../../ports/egress-token.ts';
import type { Resource, ResourceDirectory } from '../../ports/registry.ts';
import { proofAlgorithms } from '../../resource-server/dpop-proof.ts';
import type { Issuer, ResourceId } from '../../runtime/identifiers.ts';
import { canonicalResourceUri } from '../resource/canonical-uri.ts';

/**
 * RFC 9728 §2. `resource` is byte for byte what is registered (RS-3), and we are the only authorization server (IX-3).
 * `detailedProviders`: the third parties whose own tokens are narrowed by `authorization_details`.
 */
export function protectedResourceMetadata(
  resource: Resource,
  issuer: Issuer,
  detailedProviders: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const scopes = resource.scopes.map(({ name }) => name);
  const isDetailed = resource.kind === 'egress' && detailedProviders.includes(resource.id);
  return {
    resource: resource.uri,
    authorization_servers: [issuer],
    // RFC 9728 §3.2: members without a value are left out.
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    ...methodsOf(resource),
    ...(isDetailed && { authorization_details_types_supported: [egressDetailType] }),
    resource_name: resource.name,
  };
}

/** How its tokens are presented. What its server does about proofs, the declaration alone knows. */
function methodsOf({ dpop }: Resource): Readonly<Record<string, unknown>> {
  if (dpop === undefined) return { bearer_methods_supported: ['header'] };
  return {
    // RFC 9728 §3.2: one that takes no bearer tokens has no methods of presenting them, and none are left out.
    ...(dpop === 'accepted' && { bearer_methods_supported: ['header'] }),
    // RFC 9728 §2: what proofs may be signed with, and whether there is another way.
    dpop_signing_alg_values_supported: proofAlgorithms,
    ...(dpop === 'required' && { dpop_bound_access_tokens_required: true }),
  };
}

/**
 * Finds the active resource whose metadata is asked for by what follows the well-known prefix (RFC 9728 §3.1): its
 * short id, its own host and path, or the path of a resource on the issuer's host. Disabled and unknown are alike.
 */
export async function findResource(
  directory: ResourceDirectory,
  issuer: Issuer,
  suffix: string,
): Promise<Resource | undefined> {
  const byId = isResourceId(suffix) ? await directory.findById(suffix) : undefined;
  if (byId !== undefined) return whileActive(byId);
  for (const text of [
    `https://${suffix}`,
    `http://${suffix}`,
    suffix === '' ? issuer : `${issuer}/${suffix}`,
  ]) {
    const uri = canonicalResourceUri(text, 'loopback');
    const found = uri.ok ? await directory.findByUri(uri.value) : undefined;
    if (found !== undefined) return whileActive(found);
  }
  return undefined;
}

function whileActive(resource: Resource): Resource | undefined {
  return resource.state === 'active' ? resource : undefined;
}

function isResourceId(text: string): text is ResourceId {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}
