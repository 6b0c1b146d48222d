import * as v from 'valibot';
import type { ApiScope, DownstreamApi } from '../../ports/downstream-apis.ts';
import type { Registration } from '../../ports/registry.ts';
import type { ApiId, IdpId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { strategyKinds, strategyOf } from '../exchange-strategy.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclarationContext, identifier, isDistinct, list, scopeName } from './fields.ts';
import { providerUrl } from './provider-url.ts';
import { readDeclaration } from './read.ts';
import { resourceUri } from './resource-uri.ts';

export type DeclaredApi = Omit<DownstreamApi, keyof Registration>;

/** Reads the declaration of an API behind an identity provider; its URI becomes canonical. */
export function readApi(input: unknown, context: DeclarationContext): Result<DeclaredApi, FieldRefusal> {
  const read = readDeclaration(apiSchema(context), input);
  if (!read.ok) return read;
  const { id, uri, idp, strategy, scopes } = read.value;
  return ok({ id: id as ApiId, uri, idp: idp as IdpId, strategy: strategyOf(strategy), scopes });
}

function apiSchema(context: DeclarationContext) {
  return v.strictObject(
    {
      id: identifier,
      uri: resourceUri(context),
      idp: identifier,
      strategy: strategy(context),
      scopes: v.pipe(
        list(scope, 100),
        v.minLength(1, 'must name at least one scope, because a token without scope allows nothing'),
        v.check((scopes) => isDistinct(scopes.map(({ name }) => name)), 'must not name a scope twice'),
      ),
    },
    'must be a JSON object',
  );
}

/** What a provider knows something by. */
const printable = v.pipe(
  v.string('must be text'),
  v.regex(/^[\x21-\x7E]{1,512}$/, 'must be 1 to 512 printable characters without spaces'),
);

/** Without `upstream`, the provider calls it the same. */
const scope: v.GenericSchema<unknown, ApiScope> = v.pipe(
  v.strictObject({ name: scopeName, upstream: v.exactOptional(printable) }, 'must be { name, upstream }'),
  v.transform(({ name, upstream }) => ({ name, upstream: upstream ?? name })),
);

const optional = v.exactOptional(printable);

function strategy(context: DeclarationContext) {
  const url = providerUrl(context);
  const presents = v.picklist(['access_token', 'id_token'], 'must be "access_token" or "id_token"');
  const others = { audience: optional, resource: optional, client_id: optional };
  return v.variant(
    'kind',
    [
      way('rfc8693', { ...others, presents: v.exactOptional(presents) }),
      way('keycloak', { audience: printable, client_id: optional }),
      way('entra-obo', {}),
      way('entra-agent-id', { agent_identity: printable }),
      way('okta', { audience: printable, client_id: printable, issuer: v.exactOptional(url) }),
      way('okta-agent', { ...others, audience: printable, client_id: printable, token_endpoint: url }),
      way('auth0', { audience: printable, client_id: printable, presented: printable }),
      way('cognito', { audience: printable, client_id: optional }),
    ],
    `must be { kind, … } of one of the kinds ${strategyKinds.join(', ')}`,
  );
}

function way<Kind extends string, Members extends v.ObjectEntries>(kind: Kind, members: Members) {
  return v.strictObject({ kind: v.literal(kind), ...members }, 'belongs to a strategy of this kind');
}
