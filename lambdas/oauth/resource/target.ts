import type { Agent, RegistryReader, ScopeCatalogue } from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { canonicalResourceUri } from './canonical-uri.ts';

/**
 * Finds the entry of an agent's catalogue that a request means: by its `resource` parameters, and by the URI that its
 * `audience` stands for, where it has one.
 */
export function chooseTarget(
  agent: Agent,
  resources: readonly string[],
  named?: string,
): Result<ScopeCatalogue, GrantRefusal> {
  const [asked = named, ...more] = resources;
  if (asked === undefined) return onlyEntry(agent);
  // RFC 8707 §2: several resources would make one token good for all of them, so each gets its own.
  if (more.length > 0) return refuse({ reason: 'several_resources' });
  if (named !== undefined && named !== asked && named !== canonical(asked)) {
    return refuse({ reason: 'several_resources' });
  }
  // What is in a catalogue is in canonical form: text that equals it needs no other.
  const entry = entryOf(agent, asked) ?? entryOf(agent, canonical(asked));
  return entry === undefined ? refuse({ reason: 'resource_not_available' }) : ok(entry);
}

function entryOf({ catalogue }: Agent, uri: string | undefined): ScopeCatalogue | undefined {
  return catalogue.find(({ resource }) => resource === uri);
}

function canonical(text: string): string | undefined {
  const uri = canonicalResourceUri(text, 'loopback');
  return uri.ok ? uri.value : undefined;
}

/** Older clients leave `resource` out (IX-41): where an agent has one resource, there is no doubt. */
function onlyEntry({ catalogue }: Agent): Result<ScopeCatalogue, GrantRefusal> {
  const [first, ...more] = catalogue;
  if (first === undefined) return refuse({ reason: 'resource_not_available' });
  if (more.length === 0) return ok(first);
  return refuse({ reason: 'resource_ambiguous', choices: catalogue.map(({ resource }) => resource) });
}

/**
 * The URI of the resource in an agent's catalogue that is known by an audience: AgentCore sends `audience` beside
 * `resource`, or alone. What is none is taken for a URI, which need not be one that is registered.
 */
export async function uriOfAudience(
  registry: RegistryReader,
  { catalogue }: Agent,
  audience: string,
): Promise<string> {
  const known = await registry.resources(catalogue.map(({ resource }) => resource));
  const named = known.find((resource) => resource.audience === audience);
  return named?.uri ?? canonical(audience) ?? audience;
}
