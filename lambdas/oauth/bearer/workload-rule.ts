import * as v from 'valibot';
import type { WorkloadRule } from '../../ports/workloads.ts';
import type { AgentId, ResourceUri, ScopeName } from '../../runtime/identifiers.ts';
import { namesAt } from '../people/profiles/claim-at.ts';
import type { Claims } from '../people/profiles/profile.ts';

function named<Name extends string>() {
  return v.pipe(
    v.string(),
    v.transform((text) => text as Name),
  );
}

const rules = v.array(
  v.object({
    anchor: v.string(),
    claims: v.record(v.string(), v.array(v.string())),
    agent: named<AgentId>(),
    grants: v.exactOptional(
      v.array(v.object({ resource: named<ResourceUri>(), scopes: v.array(named<ScopeName>()) })),
    ),
  }),
);

/** Reads the rules from the environment, a JSON list. */
export function readWorkloadRules(json: string): readonly WorkloadRule[] {
  return v.parse(rules, JSON.parse(json));
}

/** The first rule of that anchor which the claims of an assertion fit in every claim that it names. */
export function ruleFor(
  all: readonly WorkloadRule[],
  anchor: string,
  claims: Claims,
): WorkloadRule | undefined {
  return all.find(
    (rule) =>
      rule.anchor === anchor &&
      Object.entries(rule.claims).every(([name, patterns]) => isOneOf(namesAt(claims, name), patterns)),
  );
}

function isOneOf(said: readonly unknown[] | undefined, patterns: readonly string[]): boolean {
  return (said ?? []).some(
    (value) =>
      ['string', 'number', 'boolean'].includes(typeof value) &&
      patterns.some((pattern) => fits(pattern, String(value))),
  );
}

/** What `*` stands for is something: the folder itself is nobody in it. */
function fits(pattern: string, value: string): boolean {
  if (!pattern.endsWith('*')) return value === pattern;
  const start = pattern.slice(0, -1);
  return value.startsWith(start) && value.length > start.length;
}
