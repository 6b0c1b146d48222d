import * as v from 'valibot';
import type { SignedIn } from '../../ports/people.ts';
import type { Seals } from '../../ports/seals.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { IdpId, PersonId } from '../../runtime/identifiers.ts';

interface Holder {
  readonly person: PersonId;
  readonly idp: IdpId;
}

/** As long as the session that it belongs to. Seconds. */
const hintSeconds = 12 * 3_600;

/** Browsers keep no longer cookie, name and attributes included. Characters. */
const longestCookie = 3_900;

const contents = v.object({ person: v.string(), idp: v.string(), idToken: v.string() });

/**
 * The id_token of a sign-in for the browser to keep, sealed: providers take it for the word of whoever wants a person signed out.
 * Undefined where there is none, or it is too long for a cookie: then they ask the person, or refuse.
 */
export async function keepHint(
  seals: Seals,
  { person, idToken }: SignedIn,
  now: Instant,
): Promise<{ readonly value: string; readonly seconds: number } | undefined> {
  if (idToken === undefined || idToken.length > longestCookie) return undefined;
  const kept = JSON.stringify({ person: person.id, idp: person.idp, idToken });
  const value = await seals.seal('upstream-hint', kept, after(now, hintSeconds));
  return value.length > longestCookie ? undefined : { value, seconds: hintSeconds };
}

/** The id_token that the browser keeps, where it is of that person at that provider. */
export async function openHint(
  seals: Seals,
  sealed: string | undefined,
  { person, idp }: Holder,
  now: Instant,
): Promise<string | undefined> {
  const text = sealed === undefined ? undefined : await seals.open('upstream-hint', sealed, now);
  if (text === undefined) return undefined;
  const { output, success } = v.safeParse(contents, JSON.parse(text));
  return success && output.person === person && output.idp === idp ? output.idToken : undefined;
}
