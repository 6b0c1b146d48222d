import type { GrantTerms } from '../../ports/grants.ts';
import type { ClientId, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { defineGrant, type Decided, type Grant, type GrantContext } from '../grants/grant.ts';
import type { GrantRefusal } from '../refusal.ts';
import { intersection, parseScope } from '../scope/scope.ts';
import {
  idJagTokenType,
  identityParameters,
  type IdentityRequest,
  readIdentityRequest,
} from './identity-request.ts';
import { presentedIdentity, type PresentedIdentityPorts } from './presented-identity.ts';
import { notAsserted } from './refusal.ts';
import type { AssertionTerms } from './terms.ts';

export interface AssertingPorts extends PresentedIdentityPorts {
  /** Nobody else is told who somebody is. */
  readonly terms: readonly AssertionTerms[];
}

/** The exchange with what it does besides: where an ID-JAG is asked for, it is no exchange for anything of ours. */
export function withIdentityAssertions(exchange: Grant, ports: AssertingPorts): Grant {
  if (ports.terms.length === 0) return exchange;
  const asserting = defineGrant({
    type: exchange.type,
    parameters: identityParameters,
    parse: readIdentityRequest,
    decide: (request, context) => assertIdentity(ports, request, context),
  });
  return {
    ...exchange,
    redeem: (parameters, context) =>
      parameters.values.get('requested_token_type') === idJagTokenType
        ? asserting.redeem(parameters, context)
        : exchange.redeem(parameters, context),
  };
}

/**
 * Says to an authorization server of somebody else who a person is that signed in through us, for one of our clients: an ID-JAG
 * for people whose own identity provider issues none.
 */
async function assertIdentity(
  ports: AssertingPorts,
  request: IdentityRequest,
  context: GrantContext,
): Promise<Result<Decided, GrantRefusal>> {
  const { client, agent } = context.client;
  if (client.authentication.method === 'none') return refuse({ reason: 'grant_not_allowed' });
  if (client.agentId !== undefined && agent?.state !== 'active') return refuse({ reason: 'agent_disabled' });
  const agreed = agreement(ports.terms, request, client.id);
  if (!agreed.ok) return agreed;
  const identity = await presentedIdentity(ports, request.subject, context);
  if (!identity.ok) return identity;
  // A client id that was registered anew may belong to another agent.
  return identity.value.agentId === client.agentId
    ? assertedBy(agreed.value, identity.value)
    : refuse({ reason: 'agent_changed' });
}

/** What may be said by a client of anybody, as far as it asks for that. */
interface Agreement {
  readonly terms: AssertionTerms;
  readonly clientThere: string;
  readonly scope: readonly ScopeName[];
  readonly resource?: string;
}

function agreement(
  all: readonly AssertionTerms[],
  { audience, resources, scope: asked }: IdentityRequest,
  clientId: ClientId,
): Result<Agreement, GrantRefusal> {
  const terms = all.find((candidate) => candidate.audience === audience);
  const clientThere = terms?.clients.find(({ id }) => id === clientId)?.there;
  if (terms === undefined || clientThere === undefined) return notAsserted('not_agreed');
  const resource = agreedResource(terms, resources);
  if (!resource.ok) return resource;
  const scope = agreedScope(terms, asked);
  return scope.ok ? ok({ terms, clientThere, scope: scope.value, ...resource.value }) : scope;
}

function assertedBy(
  { terms, scope, clientThere, resource }: Agreement,
  { id, person, clientId, agentId, scope: granted }: GrantTerms,
): Result<Decided, GrantRefusal> {
  if (terms.idps?.includes(person.idp) === false) return notAsserted('not_agreed');
  // OIDC Core §5.4: the person let the client read their address, or it is passed on to nobody.
  const email = terms.email && granted.some((name) => name === 'email');
  return ok({
    plan: {
      ...{ subject: person.id, clientId, audience: terms.audience, scope },
      ...(agentId !== undefined && { agentId }),
      granted: { ...person, id },
      asserted: { person, clientThere, email, ...(resource !== undefined && { resource }) },
    },
    issuedTokenType: idJagTokenType,
  });
}

/** RFC 8707 §2: one of those that the terms name; the only one, where the request names none. */
function agreedResource(
  { resources }: AssertionTerms,
  asked: readonly string[],
): Result<{ readonly resource?: string }, GrantRefusal> {
  const [first, ...more] = new Set(asked);
  if (more.length > 0) return refuse({ reason: 'several_resources' });
  if (first !== undefined) {
    return resources.includes(first) ? ok({ resource: first }) : notAsserted('not_agreed');
  }
  const [only, ...others] = resources;
  return ok(only !== undefined && others.length === 0 ? { resource: only } : {});
}

/** What is asked beyond the terms is dropped, and what is asserted is told. */
function agreedScope(
  { scopes }: AssertionTerms,
  asked: string | undefined,
): Result<readonly ScopeName[], GrantRefusal> {
  if (asked === undefined) return ok(scopes);
  const scope = parseScope(asked);
  if (!scope.ok) return scope;
  const agreed = intersection(scope.value, scopes);
  return agreed.length > 0 ? ok(agreed) : notAsserted('scope_not_agreed', scopes.join(' '));
}
