import type { DownstreamApis } from '../../ports/downstream-apis.ts';
import type { Delegation, RegistryReader } from '../../ports/registry.ts';
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
  { registry, apis }: { readonly registry: RegistryReader; readonly apis: Pick<DownstreamApis, 'find'> },
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
  const api = apiTarget(apis, chosen.value.resource);
  if (api !== undefined) return ok({ rule: chosen.value, target: api });
  const { resource: target } = await registry.view({ resourceUri: chosen.value.resource });
  return target?.state === 'active'
    ? ok({ rule: chosen.value, target: resourceTarget(target) })
    : exchangeRefused('target_not_delegated');
}

/**
 * What of a target a subject token gives: never more than policy derives from what the token holds, the target defines, and
 * the person holds there. A machine that asks for more is refused, because no person is there to notice that it got less.
 */
export function delegatedScope(
  asked: string | undefined,
  { scope }: Pick<Subject, 'scope'>,
  {
    rule,
    target,
    held,
  }: { readonly rule: Delegation; readonly target: ExchangeTarget; readonly held: HeldScope },
): Result<readonly ScopeName[], GrantRefusal> {
  const available = intersection(
    amongHeld(held, derived(rule, scope)),
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

function derived({ resource, scopes }: Delegation, scope: Subject['scope']): readonly ScopeName[] {
  if ('held' in scope) {
    const isHeld = (name: ScopeName): boolean => scope.held.includes(name);
    return scopes.filter(({ from }) => from.some(isHeld)).map(({ name }) => name);
  }
  const given = scope.at.filter((entry) => entry.resource === resource).flatMap((entry) => entry.scopes);
  return scopes.map(({ name }) => name).filter((name) => given.includes(name));
}
