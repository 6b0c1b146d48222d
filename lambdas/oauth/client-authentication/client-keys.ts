import * as v from 'valibot';
import type { DocumentRefusal, Documents } from '../../ports/documents.ts';
import type { AssertionKeys } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';

type Keys = readonly unknown[];
type KeysOrRefusal = Result<Keys, DocumentRefusal>;

export interface ClientKeys {
  /**
   * The keys a client signs with, at most 5 minutes old. Keys that are not `enough` are fetched anew, but a host is
   * asked at most once in 30 seconds, whoever sends us assertions of unknown keys.
   */
  readonly find: (
    source: AssertionKeys,
    enough: (keys: Keys) => boolean,
    now: Instant,
  ) => Promise<KeysOrRefusal>;
}

interface Fetched {
  readonly keys: KeysOrRefusal;
  readonly asOf: Instant;
}

interface Attempt {
  readonly startedAt: Instant;
  readonly outcome: Promise<Fetched>;
}

/** Seconds. */
const coolDown = 30;
/** Seconds; with one cool-down on top, during which a host fails, still no more than 5 minutes. */
const maximumAge = 270;
const mostHosts = 1_000;

const keySetShape = v.object({ keys: v.array(v.unknown()) });

interface ClientKeysOptions {
  /** Seconds for which a host that failed is left alone; 0 where the config chose the hosts. Default: as any other. */
  readonly failureCoolDown?: number;
}

/** The keys of clients, in one cache for as long as the instance lives. */
export function clientKeys(
  documents: Documents,
  { failureCoolDown = coolDown }: ClientKeysOptions = {},
): ClientKeys {
  const attempts = new Map<string, Attempt>();

  const attempt = async (url: string, held: Fetched | undefined, now: Instant): Promise<KeysOrRefusal> => {
    const outcome = fetchKeys(documents, url).then((keys) => {
      // A refetch that fails must not take away what is still good: a stranger can provoke one.
      return !keys.ok && held !== undefined && isFresh(held, now) ? held : { keys, asOf: now };
    });
    attempts.delete(url);
    attempts.set(url, { startedAt: now, outcome });
    const [oldest] = attempts.keys();
    if (attempts.size > mostHosts && oldest !== undefined) attempts.delete(oldest);
    return (await outcome).keys;
  };

  return {
    find: async (source, enough, now) => {
      if (source.kind === 'jwks') return ok(source.jwks.keys);
      const known = attempts.get(source.jwksUri);
      if (known === undefined) return attempt(source.jwksUri, undefined, now);
      const held = await known.outcome;
      if (isFresh(held, now) && held.keys.ok && enough(held.keys.value)) return held.keys;
      if (now < after(known.startedAt, held.keys.ok ? coolDown : failureCoolDown)) return held.keys;
      const newer = attempts.get(source.jwksUri);
      return newer === undefined || newer === known
        ? attempt(source.jwksUri, held, now)
        : (await newer.outcome).keys;
    },
  };
}

function isFresh({ keys, asOf }: Fetched, now: Instant): boolean {
  return keys.ok && now < after(asOf, maximumAge);
}

async function fetchKeys(documents: Documents, url: string): Promise<KeysOrRefusal> {
  const document = await documents.fetchJson(url);
  if (!document.ok) return document;
  const keySet = v.safeParse(keySetShape, document.value);
  return keySet.success ? ok(keySet.output.keys) : refuse({ reason: 'not_json' });
}
