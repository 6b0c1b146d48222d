import * as v from 'valibot';
import { isSharedIssuer } from '../../oauth/people/profiles/entra.ts';
import { profileOf, recognizedProfile } from '../../oauth/people/profiles/profile-of.ts';
import {
  type IdentityProvider,
  type ProfileName,
  profileNames,
  type Role,
} from '../../ports/identity-providers.ts';
import type { Registration } from '../../ports/registry.ts';
import type { IdpId, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclarationContext, identifier, isDistinct, list, peopleText, scopeName } from './fields.ts';
import { clientProof, proofByKey } from './provider-proof.ts';
import { providerUrl } from './provider-url.ts';
import { readDeclaration } from './read.ts';
import { resourceUri } from './resource-uri.ts';

export type DeclaredIdentityProvider = Omit<IdentityProvider, keyof Registration>;

/** Reads the declaration of an identity provider, with the roles that its people can have. */
export function readIdentityProvider(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredIdentityProvider, FieldRefusal> {
  const read = readDeclaration(identityProviderSchema(context), input);
  if (!read.ok) return read;
  const { id, name, issuer, client_id: clientId, domains, resources, tenants, acr, roles } = read.value;
  const profile = read.value.profile ?? recognizedProfile(issuer);
  const problem = profile === 'entra' ? tenantProblem(read.value) : undefined;
  if (problem !== undefined) return refuse(problem);
  return ok({
    ...{ id: id as IdpId, name, profile, issuer, clientId, domains },
    clientProof: clientProof(profile, read.value.private_key_jwt),
    dpop: read.value.dpop ?? false,
    onLogout: read.value.on_logout ?? 'sessions',
    ...claimsOf(profile, read.value),
    ...(resources && { resources }),
    ...(tenants && { tenants }),
    ...(acr && { acr }),
    ...(roles && { roles }),
  });
}

type Declared = v.InferOutput<ReturnType<typeof identityProviderSchema>>;

/** Anybody can have a tenant of Entra, and say in its tokens what they like, but not which tenant it is. */
function tenantProblem({ issuer, tenants, tenant_claim: claim = 'tid' }: Declared): FieldRefusal | undefined {
  const refusal = (field: string, fix: string): FieldRefusal => ({ reason: 'field_invalid', field, fix });
  if (claim !== 'tid') return refusal('tenant_claim', 'must be "tid", or absent, at Entra');
  if (!isSharedIssuer(issuer) || tenants !== undefined) return undefined;
  return refusal(
    'tenants',
    'is required with an issuer that all tenants share; it must list those whose people may sign in',
  );
}

/** What to ask for and what to look at: as declared, and by the profile where nothing is. */
function claimsOf(
  profile: ProfileName,
  declared: Declared,
): Pick<IdentityProvider, 'scopes' | 'subjectClaim' | 'tenantClaim' | 'groupsClaim'> {
  const defaults = profileOf({ profile }).defaults(declared.issuer);
  const tenantClaim = declared.tenant_claim ?? defaults.tenantClaim;
  const groupsClaim = declared.groups_claim ?? defaults.groupsClaim;
  return {
    scopes: declared.scopes ?? defaults.scopes,
    subjectClaim: declared.subject_claim ?? defaults.subjectClaim,
    ...(tenantClaim !== undefined && { tenantClaim }),
    ...(groupsClaim !== undefined && { groupsClaim }),
  };
}

const plainText = v.pipe(
  v.string('must be text'),
  v.regex(/^[\x20-\x7E]{1,1024}$/, 'must be 1 to 1024 printable characters'),
);

const group = v.pipe(
  v.string('must be text'),
  v.check(
    (text) => text !== '' && text.length <= 256 && !/\p{Cc}|\p{Cs}/u.test(text),
    'must be 1 to 256 characters without control characters',
  ),
);

/** They stand in one text, with spaces between them. */
const acrName = v.pipe(
  v.string('must be text'),
  v.regex(/^[\x21-\x7E]{1,256}$/, 'must be 1 to 256 printable characters without spaces'),
);

function identityProviderSchema(context: DeclarationContext) {
  return v.strictObject(
    {
      id: identifier,
      name: peopleText(128),
      issuer: providerUrl(context),
      profile: v.exactOptional(v.picklist(profileNames, `must be one of ${profileNames.join(', ')}`)),
      client_id: plainText,
      private_key_jwt: v.exactOptional(proofByKey),
      dpop: v.exactOptional(v.boolean('must be true or false')),
      scopes: v.exactOptional(
        v.pipe(
          list(plainText, 50),
          v.check((scopes) => scopes.includes('openid'), 'must name "openid"'),
        ),
      ),
      domains: list(plainText, 100),
      resources: v.exactOptional(list(resourceUri(context), 100)),
      subject_claim: v.exactOptional(plainText),
      tenant_claim: v.exactOptional(plainText),
      tenants: v.exactOptional(list(plainText, 100)),
      acr: v.exactOptional(v.record(acrName, acrName, 'must be a JSON object')),
      groups_claim: v.exactOptional(plainText),
      on_logout: v.exactOptional(
        v.picklist(['sessions', 'everything'], 'must be "sessions" or "everything"'),
      ),
      roles: v.exactOptional(
        v.pipe(
          list(role(context), 100),
          v.check((roles) => isDistinct(roles.map(({ name }) => name)), 'must not name a role twice'),
        ),
      ),
    },
    'must be a JSON object',
  );
}

function role(context: DeclarationContext): v.GenericSchema<unknown, Role> {
  return v.strictObject(
    {
      name: identifier,
      groups: v.union([v.literal('everyone'), list(group, 100)], 'must be "everyone", or a list of groups'),
      scopes: list(
        v.strictObject(
          { resource: resourceUri(context), names: list<string, ScopeName>(scopeName, 100) },
          'must be { resource, names }',
        ),
        100,
      ),
    },
    'must be { name, groups, scopes }',
  );
}
