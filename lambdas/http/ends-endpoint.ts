import { type CurrentEdition, editionSeconds } from '../oauth/ends/feed.ts';
import type { Clock } from '../runtime/clock.ts';
import { sha256 } from '../runtime/digest.ts';
import type { Endpoint } from './message.ts';
import { methods } from './methods.ts';
import { signed } from './respond.ts';

/** `/ends`: the feed of ends, for anyone. A cache may keep an edition until the next one is due, and no longer. */
export function endsHttpEndpoint(current: CurrentEdition, clock: Clock): Endpoint {
  return methods({
    GET: async ({ headers }) => {
      const now = clock();
      const { jwt, issuedAt } = await current(now);
      const left = Math.max(editionSeconds - (now - issuedAt), 0);
      const etag = `"${sha256(jwt)}"`;
      const caching = { 'cache-control': `public, max-age=${left}`, etag };
      return isKnown(headers['if-none-match'], etag)
        ? { status: 304, headers: caching, body: '' }
        : signed('application/vnd.vestibule.ends+jwt', jwt, caching);
    },
  });
}

/** RFC 9110 §13.1.2: a list of entity tags, compared weakly. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
