import type { Json } from './declaration.ts';
import { UsageError } from './failure.ts';
import type { Values } from './options.ts';
import { resourceAndScope } from './resource-and-scope.ts';

const form =
  'must be "<target id>:<scope> [from <scope> or …] [for person|agent|workload or …] [by impersonation]", such as "orders:tools:read from ask for person"; a target by its URI is set off by a space';

/** What follows each of these words, up to the next one. */
const words = ['from', 'for', 'by'] as const;
type Clause = Readonly<Partial<Record<(typeof words)[number], readonly string[]>>>;

/**
 * What is done in the name of others, collected by target: `orders:tools:read from ask or plan for person`, in the words in which
 * it is shown.
 */
export function delegations(values: Values): readonly Json[] | undefined {
  const entries = new Map<string, { readonly scopes: Json[]; readonly rest: Json }>();
  for (const text of values['on-behalf-of'] ?? []) {
    const [resource, name, clause] = ruleIn(text);
    const rest = { ...subjectsOf(clause), ...modeOf(clause, text) };
    const entry = entries.get(resource) ?? { scopes: [], rest };
    if (JSON.stringify(entry.rest) !== JSON.stringify(rest)) {
      throw new UsageError(
        `--on-behalf-of ${text}: differs in "for" or "by" from what is said of ${resource} before`,
      );
    }
    entry.scopes.push({ name, ...(clause.from && { from: clause.from }) });
    entries.set(resource, entry);
  }
  if (entries.size === 0) return undefined;
  return [...entries].map(([resource, { scopes, rest }]) => ({ resource, scopes, ...rest }));
}

function ruleIn(text: string): readonly [resource: string, scope: string, clause: Clause] {
  const parts = text.trim().split(/\s+/);
  const starts = parts.flatMap((part, at) => (words.some((word) => word === part) ? [at] : []));
  const [resource, scope] = resourceAndScope('on-behalf-of', parts.slice(0, starts[0]).join(' '), text, form);
  const clauses = starts.map((start, index) => {
    const said = parts.slice(start + 1, starts[index + 1]);
    return [parts[start], listed(said, text)] as const;
  });
  if (new Set(clauses.map(([word]) => word)).size < clauses.length) throw unclear(text);
  return [resource, scope, Object.fromEntries(clauses)];
}

/** `ask or plan` */
function listed(said: readonly string[], text: string): readonly string[] {
  const isList = said.length % 2 === 1 && said.every((word, at) => (word === 'or') === (at % 2 === 1));
  if (!isList) throw unclear(text);
  return said.filter((_word, at) => at % 2 === 0);
}

function subjectsOf({ for: subjects }: Clause): Json {
  return subjects === undefined ? {} : { subjects };
}

function modeOf({ by }: Clause, text: string): Json {
  if (by === undefined) return {};
  if (by.length !== 1 || by[0] !== 'impersonation') throw unclear(text);
  return { mode: 'impersonation' };
}

function unclear(text: string): UsageError {
  return new UsageError(`--on-behalf-of ${text}: ${form}`);
}
