import * as v from 'valibot';
import type { AgentAccess, ApiScope, DownstreamApi } from '../../ports/downstream-apis.ts';
import type { Registration } from '../../ports/registry.ts';
import type { AgentId, ApiId, IdpId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { strategyKinds, strategyOf } from '../exchange-strategy.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclarationContext, identifier, isDistinct, list, memberRule, scopeName } from './fields.ts';
import { providerUrl } from './provider-url.ts';
import { readDeclaration } from './read.ts';
import { resourceUri } from './resource-uri.ts';

export type DeclaredApi = Omit<DownstreamApi, keyof Registration>;

/** Reads the declaration of an API behind an identity provider; its URI becomes canonical. */
export function readApi(input: unknown, context: DeclarationContext): Result<DeclaredApi, FieldRefusal> {
  const read = readDeclaration(apiSchema(context), input);
  if (!read.ok) return read;
  const { id, uri, idp, strategy, scopes, agents } = read.value;
  return ok({
    ...{ id: id as ApiId, uri, idp: idp as IdpId, strategy: strategyOf(strategy), scopes },
    ...(agents && { agents }),
  });
}

function apiSchema(context: DeclarationContext) {
  return v.pipe(
    v.strictObject(
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
        agents: v.exactOptional(agents),
      },
      'must be a JSON object',
    ),
    memberRule('agents', (declared) => unknownScope(declared)),
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

const access: v.GenericSchema<unknown, AgentAccess> = v.pipe(
  v.strictObject(
    {
      agent: identifier,
      scopes: v.pipe(
        list(scopeName, 100),
        v.minLength(1, 'must name at least one scope'),
        v.check((names) => isDistinct(names), 'must not name a scope twice'),
      ),
    },
    'must be { agent, scopes }',
  ),
  v.transform(({ agent, scopes }) => ({ agent: agent as AgentId, scopes })),
);

const agents = v.pipe(
  list(access, 100),
  v.minLength(1, 'must not be empty; leave it out where no agent gets a token as itself'),
  v.check((entries) => isDistinct(entries.map(({ agent }) => agent)), 'must not name an agent twice'),
);

function unknownScope({
  scopes,
  agents: entries = [],
}: Pick<DeclaredApi, 'scopes' | 'agents'>): string | undefined {
  const defined = scopes.map(({ name }) => name);
  const unknown = entries.flatMap((entry) => entry.scopes).find((name) => !defined.includes(name));
  return unknown && `names ${unknown}, which is no scope of the API; it defines ${defined.join(', ')}`;
}

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
