import type { Seals } from '../../ports/seals.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';
import type { Kept } from './outcome.ts';

/** A browser by the random id that it keeps: a form or a sign-in of one is nothing in another. */
export interface Browser {
  readonly digest: string;
  readonly kept: Kept;
}

/** Longer than anything that is bound to it. Seconds. */
const browserSeconds = 3_600;

interface Ports {
  readonly seals: Seals;
  readonly random: Random;
}

/** The browser that comes, or a new one; its id is kept for an hour from now on. */
export async function bindBrowser(
  { seals, random }: Ports,
  sealed: string | undefined,
  now: Instant,
): Promise<Browser> {
  const known = sealed === undefined ? undefined : await seals.open('browser', sealed, now);
  const id = known ?? random(32);
  const value = await seals.seal('browser', id, after(now, browserSeconds));
  return { digest: sha256(id), kept: { value, seconds: browserSeconds } };
}

/** Whether the browser that comes is the one of that digest. */
export async function isBrowser(
  seals: Seals,
  sealed: string | undefined,
  digest: string,
  now: Instant,
): Promise<boolean> {
  const id = sealed === undefined ? undefined : await seals.open('browser', sealed, now);
  return id !== undefined && sameDigest(sha256(id), digest);
}
