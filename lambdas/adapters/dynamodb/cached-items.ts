import type { Clock, Instant } from '../../runtime/clock.ts';

/** Design: no answer of the request path is older than this. */
const freshSeconds = 5;
const capacity = 1_000;

interface Kept<Item> {
  readonly item: Item | undefined;
  readonly readAt: Instant;
}

interface Flight<Item> {
  readonly startedAt: Instant;
  readonly items: Promise<ReadonlyMap<string, Item>>;
}

export interface CachedItems<Item> {
  /** The items that exist among `keys`, none older than 5 seconds; one load for all that are not at hand. */
  readonly read: (keys: readonly string[]) => Promise<ReadonlyMap<string, Item>>;
}

/**
 * A bounded cache that remembers absence as well as presence. Age counts from before the load was sent. Requests
 * for a key that is being loaded share the load; a failed load is remembered by nobody. `along` are keys worth
 * loading whenever something must be loaded anyway.
 */
export function cachedItems<Item>(options: {
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Item>>;
  readonly along: () => readonly string[];
  readonly clock: Clock;
}): CachedItems<Item> {
  const kept = new Map<string, Kept<Item>>();
  const flights = new Map<string, Flight<Item>>();

  function atHand(key: string, now: Instant): boolean {
    return isFresh(kept.get(key)?.readAt, now) || isFresh(flights.get(key)?.startedAt, now);
  }

  function keep(key: string, entry: Kept<Item>): void {
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > capacity && oldest !== undefined) kept.delete(oldest);
  }

  function start(keys: readonly string[], now: Instant): void {
    const flight: Flight<Item> = { startedAt: now, items: options.load(keys) };
    for (const key of keys) flights.set(key, flight);
    const landed = (found?: ReadonlyMap<string, Item>): void => {
      for (const key of keys) {
        // A load that a later one overtook has nothing to add.
        if (flights.get(key) !== flight) continue;
        flights.delete(key);
        if (found !== undefined) keep(key, { item: found.get(key), readAt: now });
      }
    };
    flight.items.then(landed, () => {
      landed();
    });
  }

  /** All of them at once, if none has to be waited for: nearly every request. */
  function keptOf(keys: readonly string[], now: Instant): ReadonlyMap<string, Item> | undefined {
    const items = new Map<string, Item>();
    for (const key of keys) {
      const entry = kept.get(key);
      if (entry === undefined || !isFresh(entry.readAt, now)) return undefined;
      if (entry.item !== undefined) items.set(key, entry.item);
    }
    return items;
  }

  return {
    read: async (keys) => {
      const now = options.clock();
      const all = keptOf(keys, now);
      if (all !== undefined) return all;
      const missing = [...new Set(keys)].filter((key) => !atHand(key, now));
      if (missing.length > 0) {
        const along = options.along().filter((key) => !missing.includes(key) && !atHand(key, now));
        start([...missing, ...along], now);
      }
      const items = await Promise.all(
        keys.map(async (key) => {
          const entry = kept.get(key);
          if (entry !== undefined && isFresh(entry.readAt, now)) return [key, entry.item] as const;
          return [key, (await flights.get(key)?.items)?.get(key)] as const;
        }),
      );
      return new Map(items.filter((pair): pair is [string, Item] => pair[1] !== undefined));
    },
  };
}

function isFresh(readAt: Instant | undefined, now: Instant): boolean {
  return readAt !== undefined && readAt <= now && now - readAt < freshSeconds;
}
