import * as v from 'valibot';
import type { IdentityProvider, Role } from '../../ports/identity-providers.ts';
import type { Registration } from '../../ports/registry.ts';
import type { IdpId, ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclarationContext, identifier, isDistinct, list, peopleText, scopeName } from './fields.ts';
import { readDeclaration } from './read.ts';
import { resourceUri } from './resource.ts';

export type DeclaredIdentityProvider = Omit<IdentityProvider, keyof Registration>;

/** Reads the declaration of an identity provider, with the roles that its people can have. */
export function readIdentityProvider(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredIdentityProvider, FieldRefusal> {
  const read = readDeclaration(identityProviderSchema(context), input);
  if (!read.ok) return read;
  const { id, client_id, subject_claim, tenant_claim, groups_claim, resources, roles, ...rest } = read.value;
  return ok({
    ...rest,
    id: id as IdpId,
    clientId: client_id,
    subjectClaim: subject_claim,
    ...(resources && { resources }),
    ...(tenant_claim !== undefined && { tenantClaim: tenant_claim }),
    ...(groups_claim !== undefined && { groupsClaim: groups_claim }),
    ...(roles && { roles }),
  });
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

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** OIDC Discovery §3: https, and neither a query nor a fragment. It is compared as it is written. */
function issuer({ hosts }: DeclarationContext) {
  return v.pipe(
    plainText,
    v.check((text) => {
      const url = URL.parse(text);
      if (url?.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
      const isOurMachine = hosts === 'loopback' && loopback.includes(url.hostname);
      return url.protocol === 'https:' || (url.protocol === 'http:' && isOurMachine);
    }, 'must be an https URL without user information, query and fragment, as the provider itself writes it'),
  );
}

function identityProviderSchema(context: DeclarationContext) {
  return v.strictObject(
    {
      id: identifier,
      name: peopleText(128),
      issuer: issuer(context),
      client_id: plainText,
      scopes: v.pipe(
        list(plainText, 50),
        v.check((scopes) => scopes.includes('openid'), 'must name "openid"'),
      ),
      domains: list(plainText, 100),
      resources: v.exactOptional(list(resourceUri(context), 100)),
      subject_claim: plainText,
      tenant_claim: v.exactOptional(plainText),
      groups_claim: v.exactOptional(plainText),
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
