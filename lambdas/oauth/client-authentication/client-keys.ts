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
   * asked at most once in `coolDown` seconds, whoever sends us assertions of unknown keys. Keys that are not enough are
   * no answer while the host fails: whether there are others by now nobody knows, and the failure is what is told.
   */
  readonly find: (
    source: AssertionKeys,
    enough: (keys: Keys) => boolean,
    now: Instant,
  ) => Promise<KeysOrRefusal>;
}

interface Fetched {
  readonly keys: KeysOrRefusal;
  /** What the last fetch came to, where the keys are of an earlier one. */
  readonly failure?: DocumentRefusal;
  readonly asOf: Instant;
}

interface Attempt {
  readonly startedAt: Instant;
  readonly outcome: Promise<Fetched>;
}

/** Seconds. */
export const coolDown = 30;
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

  const attempt = (url: string, held: Fetched | undefined, now: Instant): Promise<Fetched> => {
    const outcome = fetchKeys(documents, url).then((keys): Fetched => {
      // A refetch that fails must not take away what is still good: a stranger can provoke one.
      const isGoodYet = held !== undefined && isFresh(held, now);
      return !keys.ok && isGoodYet ? { ...held, failure: keys.refusal } : { keys, asOf: now };
    });
    attempts.delete(url);
    attempts.set(url, { startedAt: now, outcome });
    const [oldest] = attempts.keys();
    if (attempts.size > mostHosts && oldest !== undefined) attempts.delete(oldest);
    return outcome;
  };

  return {
    find: async (source, enough, now) => {
      if (source.kind === 'jwks') return ok(source.jwks.keys);
      const url = source.jwksUri;
      const known = attempts.get(url);
      if (known === undefined) return answer(await attempt(url, undefined, now), enough);
      const held = await known.outcome;
      if (isFresh(held, now) && held.keys.ok && enough(held.keys.value)) return held.keys;
      const hasFailed = !held.keys.ok || held.failure !== undefined;
      if (now < after(known.startedAt, hasFailed ? failureCoolDown : coolDown)) return answer(held, enough);
      const newer = attempts.get(url);
      const isOurs = newer === undefined || newer === known;
      return answer(await (isOurs ? attempt(url, held, now) : newer.outcome), enough);
    },
  };
}

function answer({ keys, failure }: Fetched, enough: (keys: Keys) => boolean): KeysOrRefusal {
  return keys.ok && failure !== undefined && !enough(keys.value) ? refuse(failure) : keys;
}

/** Whether the host may well have the keys in a moment. All other failures are for whoever runs it to mend. */
export function isHostDown(refusal: DocumentRefusal): boolean {
  if (refusal.reason === 'status_not_ok') return refusal.status === 429 || refusal.status >= 500;
  return refusal.reason === 'unreachable' || refusal.reason === 'timed_out';
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
