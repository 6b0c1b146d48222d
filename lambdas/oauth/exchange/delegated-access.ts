import type { ApiDirectory } from '../../ports/downstream-apis.ts';
import type { Delegation, Registration, RegistryReader } from '../../ports/registry.ts';
import type { ScopeName } from '../../runtime/identifiers.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { amongHeld, type HeldScope } from '../people/held-scope.ts';
import type { GrantRefusal } from '../refusal.ts';
import { chooseTarget, uriOfAudience } from '../resource/target.ts';
import { beyond, intersection, parseScope } from '../scope/scope.ts';
import { apiTarget, type ExchangeTarget, resourceTarget } from './api-target.ts';
import { exchangeRefused } from './refusal.ts';
import type { Subject } from './subject.ts';

/** RFC 8693 §2.1: what is asked for by `resource`, by `audience` or by both is one target, and one that policy names. */
export async function delegatedTarget(
  {
    registry,
    apis,
  }: { readonly registry: Pick<RegistryReader, 'view' | 'resources'>; readonly apis: ApiDirectory },
  delegations: readonly Delegation[],
  { resources, audience }: { readonly resources: readonly string[]; readonly audience: string | undefined },
): Promise<Result<{ readonly rule: Delegation; readonly target: ExchangeTarget }, GrantRefusal>> {
  const named = audience === undefined ? undefined : await uriOfAudience(registry, delegations, audience);
  const chosen = chooseTarget(delegations, resources, named);
  if (!chosen.ok) {
    // Of a target that is not the requester's, not even that there is one.
    return chosen.refusal.reason === 'resource_not_available'
      ? exchangeRefused('target_not_delegated')
      : chosen;
  }
  const { resource: uri } = chosen.value;
  const api = await apis.find(uri);
  const { resource } = api === undefined ? await registry.view({ resourceUri: uri }) : {};
  const target = activeTarget(api, apiTarget) ?? activeTarget(resource, resourceTarget);
  return target === undefined ? exchangeRefused('target_not_delegated') : ok({ rule: chosen.value, target });
}

function activeTarget<Thing extends Registration>(
  thing: Thing | undefined,
  targetOf: (thing: Thing) => ExchangeTarget,
): ExchangeTarget | undefined {
  return thing?.state === 'active' ? targetOf(thing) : undefined;
}

/**
 * What of a target a subject token gives: never more than policy derives from what the token holds, the target defines, and
 * the person holds there. A machine that asks for more is refused, because no person is there to notice that it got less.
 */
export function delegatedScope(
  asked: string | undefined,
  { scope, bounds }: Pick<Subject, 'scope' | 'bounds'>,
  {
    rule,
    target,
    held,
  }: { readonly rule: Delegation; readonly target: ExchangeTarget; readonly held: HeldScope },
): Result<readonly ScopeName[], GrantRefusal> {
  const given = within(bounds, target, derived(rule, scope));
  const available = intersection(
    amongHeld(held, given),
    target.scopes.map(({ name }) => name),
  );
  if (available.length === 0) return exchangeRefused('scope_not_held');
  if (asked === undefined) return ok(available);
  const wanted = parseScope(asked);
  if (!wanted.ok) return wanted;
  return beyond(wanted.value, available).length === 0
    ? wanted
    : exchangeRefused('scope_not_delegated', available.join(' '));
}

/** Who vouched for the subject may have a say at the target too, however many have acted since. */
function within(
  bounds: Subject['bounds'],
  { uri }: ExchangeTarget,
  scope: readonly ScopeName[],
): readonly ScopeName[] {
  const named = bounds?.filter(({ resource }) => resource === uri) ?? [];
  return named.length === 0
    ? scope
    : intersection(
        scope,
        named.flatMap(({ scopes }) => scopes),
      );
}

function derived({ resource, scopes }: Delegation, scope: Subject['scope']): readonly ScopeName[] {
  if ('held' in scope) {
    const isHeld = (name: ScopeName): boolean => scope.held.includes(name);
    return scopes.filter(({ from }) => from.some(isHeld)).map(({ name }) => name);
  }
  const given = scope.at.filter((entry) => entry.resource === resource).flatMap((entry) => entry.scopes);
  return scopes.map(({ name }) => name).filter((name) => given.includes(name));
}
