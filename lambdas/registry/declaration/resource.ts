import * as v from 'valibot';
import type { Registration, Resource } from '../../ports/registry.ts';
import type { AgentId, Audience, Issuer, ResourceId } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import type { FieldRefusal } from '../refusal.ts';
import { type DeclaredDelegation, delegationsMember } from './delegation.ts';
import { egressUriProblem, strayAtProxy } from './egress-resource.ts';
import {
  type DeclarationContext,
  identifier,
  isDistinct,
  list,
  memberRule,
  peopleText,
  scopeName,
} from './fields.ts';
import { readDeclaration } from './read.ts';
import { isIssuersOwn, resourceUri } from './resource-uri.ts';

export type DeclaredResource = Omit<Resource, keyof Registration | 'delegations'> & {
  readonly delegations?: readonly DeclaredDelegation[];
};

/** Reads the declaration of a resource; its URI becomes canonical. */
export function readResource(
  input: unknown,
  context: DeclarationContext,
): Result<DeclaredResource, FieldRefusal> {
  const read = readDeclaration(resourceSchema(context), input);
  if (!read.ok) return read;
  const { id, uri, audience, kind, agent_id, name, scopes, clients, tokens, dpop, delegations, actor } =
    read.value;
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
    ...(delegations && { delegations }),
    ...(actor !== undefined && { actor: actor as AgentId }),
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
          v.picklist(['mcp-server', 'agent', 'egress'], 'must be "mcp-server", "agent" or "egress"'),
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
        delegations: v.exactOptional(delegationsMember(context)),
        actor: v.exactOptional(identifier),
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
    memberRule('delegations', (declared) => delegationsProblem(declared)),
    memberRule('uri', (declared) => egressUriProblem(declared, context)),
    memberRule('audience', (declared) => strayAtProxy('audience', declared)),
    memberRule('clients', (declared) => strayAtProxy('clients', declared)),
    memberRule('delegations', (declared) => strayAtProxy('delegations', declared)),
    memberRule('actor', (declared) => strayAtProxy('actor', declared)),
  );
}

interface DelegatingResource {
  readonly id: string;
  readonly uri: string;
  readonly agent_id?: string | undefined;
  readonly scopes: readonly { readonly name: string }[];
  readonly delegations?: readonly DeclaredDelegation[] | undefined;
}

/** What is wrong with what the server of a resource may do in the name of others. */
function delegationsProblem(declared: DelegatingResource): string | undefined {
  const { id, uri, agent_id: agent, scopes, delegations = [] } = declared;
  if (delegations.length > 0 && agent !== undefined) {
    return `belongs to the agent that answers there; declare it of agent "${agent}"`;
  }
  const isOwn = ({ resource }: DeclaredDelegation) =>
    'uri' in resource ? resource.uri === uri : resource.id === id;
  if (delegations.some(isOwn))
    return 'names the resource itself, for which callers get tokens of their own; remove it';
  const held = scopes.map(({ name }) => name);
  const unknown = delegations
    .flatMap((delegation) => delegation.scopes.flatMap(({ from }) => from))
    .find((name) => !held.includes(name));
  if (unknown === undefined) return undefined;
  return `gives scopes from "${unknown}", which tokens for this resource never hold; it defines ${held.join(', ')}`;
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
