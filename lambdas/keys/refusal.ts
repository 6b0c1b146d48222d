import type { Instant } from '../runtime/clock.ts';

/** Why an operator's rotation is not done. */
export type RotationRefusal =
  | { readonly reason: 'under_way'; readonly until: Instant }
  | { readonly reason: 'busy' }
  | { readonly reason: 'unknown_key' }
  | { readonly reason: 'gone_already' };

/** One sentence that says what is the matter and what to do. */
export function describeRefusal(refusal: RotationRefusal, now: Instant): string {
  switch (refusal.reason) {
    case 'under_way':
      return `a rotation is under way and complete in ${refusal.until - now} seconds: try again then`;
    case 'busy':
      return 'another request is making a signing key: try again in a minute';
    case 'unknown_key':
      return 'no signing key has this kid: take it from `vestibule keys`';
    case 'gone_already':
      return 'this key has left the key set already: nothing it signed is accepted any more';
  }
}
