import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { profileOf } from './profiles/profile-of.ts';

/** Longer than anything of ours lasts: what is told beyond that is as good as no end. Seconds. */
const longestSeconds = 400 * 86_400;

/**
 * When a refresh token that was given then ends unless somebody asks with it: as the provider told, or as such providers have it; undefined
 * where nobody knows.
 */
export function keptUntil(
  idp: Pick<IdentityProvider, 'profile'>,
  toldSeconds: number | undefined,
  at: Instant,
): { readonly endsAt?: Instant } {
  const seconds = toldSeconds ?? profileOf(idp).refreshIdleSeconds;
  return seconds === undefined || seconds > longestSeconds ? {} : { endsAt: after(at, seconds) };
}
