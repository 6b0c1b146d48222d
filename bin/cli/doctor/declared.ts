import * as v from 'valibot';
import type { LookedAt } from '../../../lambdas/oauth/people/diagnosis/provider.ts';
import {
  assertionAlgorithms,
  assertionAudiences,
  profileNames,
} from '../../../lambdas/ports/identity-providers.ts';
import type { Json } from '../declaration.ts';

const texts = v.array(v.string());

const proof = v.variant('method', [
  v.object({ method: v.literal('client_secret') }),
  v.object({
    method: v.literal('private_key_jwt'),
    alg: v.picklist(assertionAlgorithms),
    audience: v.picklist(assertionAudiences),
  }),
]);

const declared = v.object({
  id: v.string(),
  dpop: v.optional(v.boolean(), false),
  client_authentication: v.optional(proof, { method: 'client_secret' }),
  issuer: v.string(),
  profile: v.picklist(profileNames),
  client_id: v.string(),
  scopes: texts,
  subject_claim: v.string(),
  tenant_claim: v.optional(v.string()),
  tenants: v.optional(texts),
  groups_claim: v.optional(v.string()),
  roles: v.optional(v.array(v.object({ groups: v.union([v.literal('everyone'), texts]) }))),
});

/** An identity provider as the admin API shows it. */
export function readDeclared(shown: Json): LookedAt {
  const read = v.parse(declared, shown);
  const { id, dpop, client_authentication: clientProof } = read;
  const { issuer, profile, scopes, client_id: clientId, subject_claim: subjectClaim, roles = [] } = read;
  const { tenant_claim: tenantClaim, tenants, groups_claim: groupsClaim } = read;
  return {
    ...{ id, clientProof, dpop, issuer, profile, scopes, clientId, subjectClaim },
    ...(tenantClaim !== undefined && { tenantClaim }),
    ...(tenants !== undefined && { tenants }),
    ...(groupsClaim !== undefined && { groupsClaim }),
    groups: roles.flatMap(({ groups }) => (groups === 'everyone' ? [] : groups)),
  };
}
