import * as v from 'valibot';
import { profileNames } from '../../ports/identity-providers.ts';
import { foreignKinds, type TrustAnchor } from '../../ports/trust-anchors.ts';
import type { AgentId, ClientId, IdpId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { profileOf } from '../people/profiles/profile-of.ts';

function named<Name extends string>() {
  return v.pipe(
    v.string(),
    v.transform((text) => text as Name),
  );
}

const texts = v.array(v.string());

const anchor = v.object({
  id: v.string(),
  issuer: v.string(),
  profile: v.picklist(profileNames),
  jwksUri: v.exactOptional(v.string()),
  accepts: v.array(v.picklist(foreignKinds)),
  audiences: v.exactOptional(texts, []),
  tenants: v.exactOptional(texts),
  tenantClaim: v.exactOptional(v.string()),
  requiredClaims: v.exactOptional(v.record(v.string(), texts)),
  assurance: v.exactOptional(
    v.object({
      acr: v.exactOptional(texts),
      amr: v.exactOptional(texts),
      maxAgeSeconds: v.exactOptional(v.number()),
    }),
  ),
  subjectKind: v.exactOptional(v.literal('workload')),
  idp: v.exactOptional(named<IdpId>()),
  subjectClaim: v.exactOptional(v.string()),
  subjectTokenTypes: v.exactOptional(texts),
  actors: v.exactOptional(v.array(named<AgentId>())),
  grants: v.exactOptional(
    v.array(v.object({ resource: named<ResourceUri>(), scopes: v.array(named<ScopeName>()) })),
    [],
  ),
  clients: v.exactOptional(v.array(named<ClientId>())),
  reusable: v.exactOptional(v.boolean()),
});

/** Reads the trust anchors from the environment, a JSON list, with the claims that providers of a kind have by default. */
export function readAnchors(json: string): readonly TrustAnchor[] {
  return v.parse(v.array(anchor), JSON.parse(json)).map((read) => {
    const { tenantClaim } = profileOf(read).defaults(read.issuer);
    return { ...(tenantClaim !== undefined && { tenantClaim }), ...read };
  });
}
