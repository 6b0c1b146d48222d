import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { KeptUpstream, TokenEnd } from '../../ports/vault.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { profileOf } from './profiles/profile-of.ts';

/** Longer than anything of ours lasts: what is told beyond that is as good as no end. Seconds. */
const longestSeconds = 400 * 86_400;

/** It is asked with between these parts of its life, as tasks are renewed in those of a token. */
const [earliestShare, latestShare] = [0.6, 0.8];

/** After a failure it is asked with again in a quarter of what is left of its life, and within these bounds. Seconds. */
const retry = { part: 0.25, least: 30, most: 300 } as const;

/**
 * When a refresh token that was given then ends unless somebody asks with it: as the provider told, or as such providers have it; undefined
 * where nobody knows. `share`, of [0, 1), is drawn, so that what was kept together is not asked with together.
 */
export function keptUntil(
  idp: Pick<IdentityProvider, 'profile'>,
  toldSeconds: number | undefined,
  at: Instant,
  share: number,
): TokenEnd {
  const seconds = toldSeconds ?? profileOf(idp).refreshIdleSeconds;
  if (seconds === undefined || seconds > longestSeconds) return {};
  const part = earliestShare + (latestShare - earliestShare) * share;
  return { endsAt: after(at, seconds), dueAt: after(at, Math.floor(seconds * part)) };
}

/** When one is asked with again that could not be now; nothing of one that nobody has to ask with. */
export function askedAgain(
  { endsAt, dueAt }: Pick<KeptUpstream, 'endsAt' | 'dueAt'>,
  now: Instant,
): Pick<TokenEnd, 'dueAt'> {
  if (endsAt === undefined || dueAt === undefined) return {};
  const left = Math.floor(Math.max(0, endsAt - now) * retry.part);
  const seconds = endsAt <= now ? retry.most : Math.min(Math.max(left, retry.least), retry.most);
  return { dueAt: after(now, seconds) };
}
