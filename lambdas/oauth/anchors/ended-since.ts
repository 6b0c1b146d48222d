import { type PersonEndsReader, rememberedSeconds } from '../../ports/person-ends.ts';
import type { ForeignRefusal, VerifiedForeign } from '../../ports/trust-anchors.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { PersonId } from '../../runtime/identifiers.ts';

/**
 * Why what somebody else says of a person counts no more: it was said before everything in their name was ended here. By
 * both clocks: its issuer's may be ahead, and what we issued on it now would be over at once.
 */
export async function endedSince(
  ends: PersonEndsReader,
  person: PersonId,
  { claims }: Pick<VerifiedForeign, 'claims'>,
  now: Instant,
): Promise<ForeignRefusal | undefined> {
  const issuedAt = Math.min(Number(claims['iat']), now);
  if (!(issuedAt > after(now, -rememberedSeconds))) {
    return { fault: 'out_of_time', detail: 'was issued too long ago (iat): get a new one' };
  }
  const until = await ends.until(person);
  if (until === undefined || issuedAt > until) return undefined;
  const when = now > until ? '' : ` in ${until - now + 1} seconds`;
  return {
    fault: 'person_ended',
    detail: `was issued before everything in the name of its person was ended here: get a new one${when}`,
  };
}
