import * as v from 'valibot';
import { canonicalResourceUri } from '../../oauth/resource/canonical-uri.ts';
import type { Registration, Resource } from '../../ports/registry.ts';
import type { AgentId, Audience, Issuer, ResourceId, ResourceUri } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclarationContext, identifier, isDistinct, list, peopleText, scopeName } from './fields.ts';
import { readDeclaration } from './read.ts';

export type DeclaredResource = Omit<Resource, keyof Registration>;

/** Reads the declaration of a resource; its URI becomes canonical. */
export function readResource(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredResource, FieldRefusal> {
  const read = readDeclaration(resourceSchema(context), input);
  if (!read.ok) return read;
  const { id, uri, audience, kind, agent_id, name, scopes, clients, tokens, dpop } = read.value;
  return ok({
    id: id as ResourceId,
    uri,
    audience: (audience ?? uri) as Audience,
    kind,
    ...(agent_id !== undefined && { agentId: agent_id as AgentId }),
    name,
    scopes,
    ...(clients && { clients }),
    ...(tokens === 'opaque' && { tokens }),
    ...(dpop && { dpop }),
  });
}

function resourceSchema(context: DeclarationContext) {
  const scope = v.strictObject(
    { name: scopeName, description: peopleText(256) },
    'must be { name, description }',
  );
  return v.pipe(
    v.strictObject(
      {
        id: identifier,
        uri: resourceUri(context),
        audience: v.exactOptional(audienceOf(context.issuer)),
        kind: v.exactOptional(
          v.picklist(['mcp-server', 'agent'], 'must be "mcp-server" or "agent"'),
          'mcp-server',
        ),
        agent_id: v.exactOptional(identifier),
        name: peopleText(128),
        scopes: v.pipe(
          list(scope, 100),
          v.minLength(1, 'must define at least one scope, because a token without scope is worth nothing'),
          v.check((scopes) => isDistinct(scopes.map(({ name }) => name)), 'must not define a scope twice'),
        ),
        clients: v.exactOptional(v.picklist(['declared', 'any'], 'must be "declared" or "any"')),
        tokens: v.exactOptional(v.picklist(['jwt', 'opaque'], 'must be "jwt" or "opaque"')),
        dpop: v.exactOptional(v.picklist(['accepted', 'required'], 'must be "accepted" or "required"')),
      },
      'must be a JSON object',
    ),
    v.forward(
      v.check(
        ({ kind, agent_id }) => agent_id === undefined || kind === 'agent',
        'belongs to a resource of kind "agent" only; set kind or remove it',
      ),
      ['agent_id'],
    ),
  );
}

/** The canonical form of the URI, refused in the words of the rule that it breaks. */
export function resourceUri(context: DeclarationContext): v.GenericSchema<string, ResourceUri> {
  return v.pipe(
    v.string('must be text'),
    v.rawTransform<string, ResourceUri>(({ dataset, addIssue, NEVER }) => {
      const canonical = canonicalResourceUri(dataset.value, context.hosts);
      if (!canonical.ok) {
        addIssue({ message: `${canonical.refusal.detail}, such as "https://mcp.example.com/mcp"` });
        return NEVER;
      }
      if (isIssuersOwn(canonical.value, context.issuer)) {
        addIssue({ message: 'is this issuer or its token endpoint; a resource needs a URI of its own' });
        return NEVER;
      }
      return canonical.value;
    }),
  );
}

function audienceOf(issuer: Issuer) {
  return v.pipe(
    v.string('must be text'),
    v.regex(/^[\x21-\x7E]{1,1024}$/, 'must be 1 to 1024 printable characters without spaces'),
    v.check(
      (audience) => !isIssuersOwn(audience, issuer),
      'is this issuer or its token endpoint; a token for it would be one for us',
    ),
    v.check(
      (audience) => !/^person\.[A-Za-z0-9_-]{43}$/.test(audience),
      'has the form of a person\'s "sub", and a token could not tell them apart; choose another',
    ),
  );
}

function isIssuersOwn(value: string, issuer: Issuer): boolean {
  const bare = value.replace(/\/+$/, '').toLowerCase();
  return bare === issuer.toLowerCase() || bare === `${issuer}/token`.toLowerCase();
}
