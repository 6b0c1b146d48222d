import * as v from 'valibot';
import {
  assertionAlgorithms,
  assertionAudiences,
  type ClientProof,
  type IdentityProvider,
  profileNames,
  type ProviderKey,
  type Role,
} from '../../ports/identity-providers.ts';
import { instant } from '../../runtime/clock.ts';
import type { IdpId, KeyThumbprint, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import type { Item, Plain, PlainRecord } from './attributes.ts';
import { keyOf } from './keys.ts';
import { publicJwkAttribute, storedPublicJwk } from './public-jwk.ts';
import { decode, registered, registrationAttributes, registrationOf, text, whole } from './stored.ts';

const storedRole = v.object({
  name: text,
  /** Absent: everyone. */
  groups: v.exactOptional(v.array(text)),
  scopes: v.array(v.object({ resource: text, names: v.array(text) })),
});

const storedKey = v.object({ id: text, key_arn: text, kid: text, jwk: storedPublicJwk });

const storedProof = v.object({
  alg: v.picklist(assertionAlgorithms),
  audience: v.picklist(assertionAudiences),
  keys: v.tupleWithRest([storedKey], storedKey),
  certificate: v.exactOptional(v.object({ thumbprint: text, not_after: whole })),
});

const storedIdentityProvider = v.object({
  ...registered,
  kind: v.literal('idp'),
  name: text,
  /** Absent in what was registered before there were profiles. */
  profile: v.exactOptional(v.picklist(profileNames)),
  issuer: text,
  client_id: text,
  /** Absent: by a client secret. */
  private_key_jwt: v.exactOptional(storedProof),
  /** Absent: false. */
  dpop: v.exactOptional(v.literal(true)),
  scopes: v.array(text),
  domains: v.array(text),
  resources: v.exactOptional(v.array(text)),
  subject_claim: text,
  tenant_claim: v.exactOptional(text),
  tenants: v.exactOptional(v.array(text)),
  /** A list: what a later version adds to an entry is none of these names. */
  acr: v.exactOptional(v.array(v.object({ asked: text, theirs: text }))),
  groups_claim: v.exactOptional(text),
  /** Absent in what was registered before providers could tell. */
  on_logout: v.exactOptional(v.picklist(['sessions', 'everything'])),
  roles: v.exactOptional(v.array(storedRole)),
});

export function encodeIdentityProvider(idp: IdentityProvider): PlainRecord {
  return {
    pk: keyOf.idp(idp.id),
    kind: 'idp',
    id: idp.id,
    name: idp.name,
    profile: idp.profile,
    issuer: idp.issuer,
    client_id: idp.clientId,
    private_key_jwt: proofAttribute(idp.clientProof),
    dpop: idp.dpop ? true : undefined,
    scopes: idp.scopes,
    domains: idp.domains,
    resources: idp.resources,
    subject_claim: idp.subjectClaim,
    tenant_claim: idp.tenantClaim,
    tenants: idp.tenants,
    acr: idp.acr && Object.entries(idp.acr).map(([asked, theirs]) => ({ asked, theirs })),
    groups_claim: idp.groupsClaim,
    on_logout: idp.onLogout,
    roles: idp.roles?.map(({ name, groups, scopes }) => ({
      name,
      ...(groups !== 'everyone' && { groups }),
      scopes: scopes.map(({ resource, names }) => ({ resource, names })),
    })),
    ...registrationAttributes(idp),
  };
}

export function decodeIdentityProvider(item: Item): IdentityProvider {
  const stored = decode(storedIdentityProvider, item);
  const { resources, tenant_claim, tenants, acr, groups_claim, roles } = stored;
  return {
    id: stored.id as IdpId,
    name: stored.name,
    profile: stored.profile ?? 'generic',
    issuer: stored.issuer,
    clientId: stored.client_id,
    clientProof: proofOf(stored.private_key_jwt),
    dpop: stored.dpop === true,
    scopes: stored.scopes,
    domains: stored.domains,
    ...(resources && { resources: resources as ResourceUri[] }),
    subjectClaim: stored.subject_claim,
    ...(tenant_claim !== undefined && { tenantClaim: tenant_claim }),
    ...(tenants && { tenants }),
    ...(acr && { acr: Object.fromEntries(acr.map(({ asked, theirs }) => [asked, theirs])) }),
    ...(groups_claim !== undefined && { groupsClaim: groups_claim }),
    onLogout: stored.on_logout ?? 'sessions',
    ...(roles && { roles: roles.map(roleOf) }),
    ...registrationOf(stored),
  };
}

function proofAttribute(proof: ClientProof): Plain | undefined {
  if (proof.method === 'client_secret') return undefined;
  return {
    alg: proof.alg,
    audience: proof.audience,
    keys: proof.keys.map(({ id, keyArn, kid, publicJwk }) => ({
      ...{ id, key_arn: keyArn, kid, jwk: publicJwkAttribute(publicJwk) },
    })),
    certificate: proof.certificate && {
      thumbprint: proof.certificate.thumbprint,
      not_after: proof.certificate.notAfter,
    },
  };
}

function proofOf(stored: v.InferOutput<typeof storedProof> | undefined): ClientProof {
  if (stored === undefined) return { method: 'client_secret' };
  const { alg, audience, certificate } = stored;
  const [first, ...others] = stored.keys;
  return {
    ...{ method: 'private_key_jwt', alg, audience },
    keys: [keyFrom(first), ...others.map(keyFrom)],
    ...(certificate && {
      certificate: { thumbprint: certificate.thumbprint, notAfter: instant(certificate.not_after) },
    }),
  };
}

function keyFrom({ id, key_arn: keyArn, kid, jwk }: v.InferOutput<typeof storedKey>): ProviderKey {
  return { id, keyArn, kid: kid as KeyThumbprint, publicJwk: jwk };
}

function roleOf({ name, groups, scopes }: v.InferOutput<typeof storedRole>): Role {
  return {
    name,
    groups: groups ?? 'everyone',
    scopes: scopes.map(({ resource, names }) => ({
      resource: resource as ResourceUri,
      names: names as ScopeName[],
    })),
  };
}
