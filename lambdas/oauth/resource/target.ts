import type { RegistryReader } from '../../ports/registry.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { canonicalResourceUri } from './canonical-uri.ts';

/** What somebody may do at one resource. */
interface Entry {
  readonly resource: ResourceUri;
}

/**
 * Finds the entry that a request means, of an agent's catalogue or of those at which one acts for others: by its `resource` parameters, and by the URI that its
 * `audience` stands for, where it has one.
 */
export function chooseTarget<One extends Entry>(
  entries: readonly One[],
  resources: readonly string[],
  named?: string,
): Result<One, GrantRefusal> {
  const [asked = named, ...more] = resources;
  if (asked === undefined) return onlyEntry(entries);
  // RFC 8707 §2: several resources would make one token good for all of them, so each gets its own.
  if (more.length > 0) return refuse({ reason: 'several_resources' });
  if (named !== undefined && named !== asked && named !== canonical(asked)) {
    return refuse({ reason: 'several_resources' });
  }
  // What is in a catalogue is in canonical form: text that equals it needs no other.
  const entry = entryOf(entries, asked) ?? entryOf(entries, canonical(asked));
  return entry === undefined ? refuse({ reason: 'resource_not_available' }) : ok(entry);
}

function entryOf<One extends Entry>(entries: readonly One[], uri: string | undefined): One | undefined {
  return entries.find(({ resource }) => resource === uri);
}

function canonical(text: string): string | undefined {
  const uri = canonicalResourceUri(text, 'loopback');
  return uri.ok ? uri.value : undefined;
}

/** Older clients leave `resource` out (IX-41): where there is one entry, there is no doubt. */
function onlyEntry<One extends Entry>(entries: readonly One[]): Result<One, GrantRefusal> {
  const [first, ...more] = entries;
  if (first === undefined) return refuse({ reason: 'resource_not_available' });
  if (more.length === 0) return ok(first);
  return refuse({ reason: 'resource_ambiguous', choices: entries.map(({ resource }) => resource) });
}

/**
 * The URI of the resource among those entries that is known by an audience: AgentCore sends `audience` beside
 * `resource`, or alone. What is none is taken for a URI, which need not be one that is registered.
 */
export async function uriOfAudience(
  registry: RegistryReader,
  entries: readonly Entry[],
  audience: string,
): Promise<string> {
  const known = await registry.resources(entries.map(({ resource }) => resource));
  const named = known.find((resource) => resource.audience === audience);
  return named?.uri ?? canonical(audience) ?? audience;
}
