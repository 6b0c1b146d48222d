import type { AccessTokenClaims } from './access-token.ts';
import { endedBy, readEdition, type Edition, type EndedBy } from './ends-edition.ts';
import type { Fetch } from './key-set-document.ts';
import type { KeySet } from './key-set.ts';

/** What is known of the end of one token: `unknown` while no edition is fresh enough to tell. */
export type TokenEnd =
  | { readonly state: 'alive' }
  | { readonly state: 'ended'; readonly by: EndedBy }
  | { readonly state: 'unknown'; readonly retryAfterSeconds: number };

export interface Ends {
  /** Never rejects. What the last edition ended stays ended, however old it is. */
  readonly of: (token: AccessTokenClaims) => Promise<TokenEnd>;
}

/*
 * How late an end is noticed. An edition is handed on for 10 seconds, by the issuer and any cache together, and has all
 * that was written before its `iat`. Here the next one is asked for when the held one is 10 seconds old by its `iat`,
 * requests wait for it from 20 seconds on, and nothing is decided by one of 30 seconds or more: so 10 + 10 seconds
 * where all goes well, and never more than 30.
 */
const renewAfterSeconds = 10;
const waitAfterSeconds = 20;
const trustedSeconds = 30;

/** Between two requests, so that one edition a cache keeps serving is not asked for with each request. */
const pauseSeconds = 2;
/** After a failed request, so that an issuer in trouble is not made busier. */
const failurePauseSeconds = 5;
/** A request under way for longer belongs to a time before this process slept. */
const abandonSeconds = 10;
const timeoutMilliseconds = 5_000;

interface Attempt {
  readonly startedAt: number;
  readonly done: Promise<void>;
  /** Until when no other is made, once it is over. */
  nextAt?: number;
}

export interface EndsOptions {
  readonly uri: string;
  readonly issuer: string;
  readonly keys: KeySet;
  readonly fetch: Fetch;
  /** Seconds since 1970. */
  readonly now: () => number;
}

/** The issuer's feed of ends, read when a token is to be judged and at no other time: no timer keeps a process awake. */
export function remoteEnds(options: EndsOptions): Ends {
  const { now } = options;
  let held: { readonly edition: Edition; readonly askedAt: number } | undefined;
  let attempt: Attempt | undefined;

  async function renew(): Promise<void> {
    const at = now();
    if (attempt !== undefined && at < (attempt.nextAt ?? attempt.startedAt + abandonSeconds)) {
      return attempt.nextAt === undefined ? attempt.done : undefined;
    }
    const current: Attempt = { startedAt: at, done: ask(at, () => current) };
    attempt = current;
    return current.done;
  }

  async function ask(askedAt: number, own: () => Attempt): Promise<void> {
    const edition = await fetchEdition(options);
    const isNewer = edition !== undefined && edition.issuedAt > (held?.edition.issuedAt ?? -Infinity);
    // An older edition than the one that is held, from a cache or from somebody who kept it, is never gone back to.
    if (isNewer) held = { edition, askedAt };
    own().nextAt = now() + (edition === undefined ? failurePauseSeconds : pauseSeconds);
  }

  /** By both clocks: that of the issuer, and our own from when the edition was asked for. Seconds. */
  function age(): number {
    if (held === undefined) return Infinity;
    return now() - Math.min(held.edition.issuedAt, held.askedAt);
  }

  return {
    of: async (token) => {
      if (age() >= waitAfterSeconds) await renew();
      else if (age() >= renewAfterSeconds) void renew();
      const by = held && (await endedBy(held.edition, token));
      if (by !== undefined) return { state: 'ended', by };
      return age() < trustedSeconds
        ? { state: 'alive' }
        : { state: 'unknown', retryAfterSeconds: failurePauseSeconds };
    },
  };
}

async function fetchEdition({ uri, issuer, keys, fetch, now }: EndsOptions): Promise<Edition | undefined> {
  try {
    const response = await fetch(uri, {
      headers: { accept: 'application/vnd.vestibule.ends+jwt' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return undefined;
    }
    const edition = await readEdition(await response.text(), keys, { issuer, now: now() });
    // From a clock that far ahead, no later edition would be newer.
    return edition !== undefined && edition.issuedAt <= now() + trustedSeconds ? edition : undefined;
  } catch {
    return undefined;
  }
}
