import type { Agent, Client, RegistryReader, Resource } from '../../ports/registry.ts';
import type { AnchorGrant } from '../../ports/trust-anchors.ts';
import type { ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { amongHeld, type HeldScope } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { canonicalResourceUri } from '../resource/canonical-uri.ts';
import { isOpenTo } from '../resource/open-to.ts';
import { intersection, parseScope, union } from '../scope/scope.ts';
import type { IdJag } from './id-jag.ts';
import { assertionRefused, bearerRefused } from './refusal.ts';

export interface AskedOfAssertion {
  readonly resources: readonly string[];
  readonly scope: string | undefined;
}

interface Limits {
  readonly client: Client;
  readonly agent?: Agent;
  readonly grants: readonly AnchorGrant[];
  /** What the person holds at that resource. */
  readonly heldAt: (resource: ResourceUri) => HeldScope;
}

export interface AssertedAccess {
  readonly resource: Resource;
  readonly scope: readonly ScopeName[];
  readonly roles: readonly string[];
}

type Asserted = Pick<IdJag, 'resources' | 'scope'>;

/**
 * What an assertion gives: of what is asked, no more than the issuer asserts (EMA-7), the config grants its assertions, the
 * resource defines, the agent of the client may have, and the person holds.
 */
export async function assertedAccess(
  registry: RegistryReader,
  asserted: Asserted,
  asked: AskedOfAssertion,
  limits: Limits,
): Promise<Result<AssertedAccess, GrantRefusal>> {
  const target = meantGrant(asserted, asked.resources, limits.grants);
  if (!target.ok) return target;
  const { resource } = await registry.view({ resourceUri: target.value.resource });
  const offer = resource === undefined ? undefined : offerOf(resource, limits);
  if (resource === undefined || offer === undefined) return refuse({ reason: 'resource_not_available' });
  const held = limits.heldAt(resource.uri);
  const most = amongHeld(held, intersection(offer.available, target.value.scopes));
  const available = asserted.scope === undefined ? most : intersection(most, asserted.scope);
  const scope = askedOf(available, asked.scope, asserted.scope === undefined ? offer.required : []);
  if (!scope.ok) return scope;
  return scope.value.length > 0
    ? ok({ resource, scope: scope.value, roles: held.roles })
    : bearerRefused('scope_not_asserted', available.join(' ') || 'nothing');
}

/** RFC 8707 §2: a token is for one resource. What the assertion names bounds it, and what the config grants bounds that (EMA-6). */
function meantGrant(
  { resources: named }: Asserted,
  resources: readonly string[],
  grants: readonly AnchorGrant[],
): Result<AnchorGrant, GrantRefusal> {
  const [first, ...more] = new Set(resources.map(canonical));
  if (more.length > 0) return refuse({ reason: 'several_resources' });
  const asserted = named.map(canonical);
  const isAsserted = ({ resource }: AnchorGrant): boolean =>
    asserted.length === 0 || asserted.includes(resource);
  const possible = grants.filter(isAsserted);
  if (possible.length === 0) {
    return assertionRefused(
      'resource_not_covered',
      'is for no resource that assertions of its issuer give anything at',
    );
  }
  if (resources.length > 0) {
    const grant = possible.find(({ resource }) => resource === first);
    return grant === undefined ? bearerRefused('resource_not_asserted') : ok(grant);
  }
  const [only, ...others] = possible;
  return only !== undefined && others.length === 0
    ? ok(only)
    : refuse({ reason: 'resource_ambiguous', choices: possible.map(({ resource }) => resource) });
}

interface Offer {
  readonly available: readonly ScopeName[];
  readonly required: readonly ScopeName[];
}

/** What the client may have at the resource; undefined where that is nothing to it. */
function offerOf(resource: Resource, { client, agent }: Limits): Offer | undefined {
  if (resource.state !== 'active') return undefined;
  const defined = resource.scopes.map(({ name }) => name);
  if (client.agentId === undefined) {
    return isOpenTo(resource, client) ? { available: defined, required: [] } : undefined;
  }
  const entry = agent?.catalogue.find(({ resource: uri }) => uri === resource.uri);
  return (
    entry && {
      available: intersection(defined, union(entry.required, entry.optional)),
      required: entry.required,
    }
  );
}

/** What is asked beyond that is dropped and what is granted is told, as with people (IX-34). RFC 6749 §3.3: or the default. */
function askedOf(
  available: readonly ScopeName[],
  asked: string | undefined,
  byDefault: readonly ScopeName[],
): Result<readonly ScopeName[], GrantRefusal> {
  if (asked === undefined) {
    const usual = intersection(byDefault, available);
    return ok(usual.length > 0 ? usual : available);
  }
  const scope = parseScope(asked);
  return scope.ok ? ok(intersection(scope.value, available)) : scope;
}

function canonical(text: string): ResourceUri | undefined {
  const uri = canonicalResourceUri(text, 'loopback');
  return uri.ok ? uri.value : undefined;
}
