import { errors, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { fetchKeySet, type Fetch, type PublishedKeys } from './key-set-document.ts';

export type KeyLookup =
  | { readonly found: true; readonly key: CryptoKey }
  | { readonly found: false; readonly reason: 'unknown' }
  | { readonly found: false; readonly reason: 'unavailable'; readonly retryAfterSeconds: number };

export interface KeySet {
  /** The key a token names. Never rejects; `unavailable` when only a request the issuer cannot answer would tell. */
  readonly find: (header: JWSHeaderParameters & { readonly kid: string }) => Promise<KeyLookup>;
}

/** Between two requests on behalf of unknown kids, which anybody can invent. Also the least time a set is kept. */
const cooldownSeconds = 30;
/** After a failed request, so that an issuer in trouble is not made busier. */
const failurePauseSeconds = 5;
const defaultFreshSeconds = 300;
const longestFreshSeconds = 3_600;
/** How long past its freshness a set still verifies while the issuer cannot be reached. */
const staleSeconds = 3_600;

interface Held extends PublishedKeys {
  readonly freshUntil: number;
}

/** The keys at `uri`, cached. Concurrent lookups share one request. `now` counts seconds. */
export function remoteKeySet(uri: string, fetch: Fetch, now: () => number): KeySet {
  let held: Held | undefined;
  let attempt: { readonly at: number; readonly failed: boolean } | undefined;
  let underWay: Promise<void> | undefined;

  async function request(): Promise<void> {
    const at = now();
    attempt = { at, failed: false };
    const keys = await fetchKeySet(uri, fetch);
    // A failure can take as long as the pause that it asks for, so that pause begins when it ends.
    if (keys === undefined) attempt = { at: now(), failed: true };
    else held = { ...keys, freshUntil: at + freshSeconds(keys) };
  }

  /** Waits for the request under way, or starts one unless the last is less than `pause` seconds ago. */
  async function refresh(pause: number): Promise<void> {
    if (underWay === undefined && attempt !== undefined && now() < attempt.at + pause) return;
    underWay ??= request().finally(() => (underWay = undefined));
    await underWay;
  }

  return {
    find: async (header) => {
      if (held === undefined || now() >= held.freshUntil) await refresh(failurePauseSeconds);
      if (held === undefined || now() >= held.freshUntil + staleSeconds) return unavailable;
      const known = await select(held, header);
      if (known !== undefined) return { found: true, key: known };
      await refresh(attempt?.failed === true ? failurePauseSeconds : cooldownSeconds);
      const added = await select(held, header);
      if (added !== undefined) return { found: true, key: added };
      return attempt?.failed === true ? unavailable : { found: false, reason: 'unknown' };
    },
  };
}

const unavailable = { found: false, reason: 'unavailable', retryAfterSeconds: failurePauseSeconds } as const;

function freshSeconds(keys: PublishedKeys): number {
  const said = keys.maxAgeSeconds ?? defaultFreshSeconds;
  return Math.min(Math.max(said, cooldownSeconds), longestFreshSeconds);
}

async function select(
  keys: PublishedKeys,
  header: JWSHeaderParameters & { readonly kid: string },
): Promise<CryptoKey | undefined> {
  if (!keys.kids.has(header.kid)) return undefined;
  try {
    return await keys.resolve(header);
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}
