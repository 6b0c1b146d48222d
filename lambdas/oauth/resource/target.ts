import type { Agent, ScopeCatalogue } from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { GrantRefusal } from '../refusal.ts';
import { canonicalResourceUri } from './canonical-uri.ts';

/** Finds the entry of an agent's catalogue that a request's `resource` parameters mean. */
export function chooseTarget(
  agent: Agent,
  resources: readonly string[],
): Result<ScopeCatalogue, GrantRefusal> {
  const [asked, ...more] = resources;
  if (asked === undefined) return onlyEntry(agent);
  // RFC 8707 §2: several resources would make one token good for all of them, so each gets its own.
  if (more.length > 0) return refuse({ reason: 'several_resources' });
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
