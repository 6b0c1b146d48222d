import * as v from 'valibot';
import type { SignedIn } from '../../ports/people.ts';
import type { Seals } from '../../ports/seals.ts';
import { after, instant, type Instant } from '../../runtime/clock.ts';
import type { IdpId, PersonId, UpstreamSession } from '../../runtime/identifiers.ts';
import { keepHint } from '../people/upstream-hint.ts';
import type { KeptSession } from './outcome.ts';

/** Who signed in last at a browser. It spares the consent page, and stands for nothing else. */
export interface PersonSession {
  readonly person: PersonId;
  readonly idp: IdpId;
  /** As the person is shown who is signed in. */
  readonly name?: string;
  /** When the person proved who they are. */
  readonly authTime: Instant;
  /** When it began. */
  readonly began: Instant;
  /** At the identity provider, where it told. */
  readonly upstream?: UpstreamSession;
}

/** Whoever shares the computer is asked anew after it. Seconds. */
const sessionSeconds = 12 * 3_600;

const session = v.object({
  person: v.string(),
  idp: v.string(),
  name: v.exactOptional(v.string()),
  authTime: v.number(),
  began: v.number(),
  upstream: v.exactOptional(v.string()),
});

export async function keepSession(seals: Seals, signedIn: SignedIn, now: Instant): Promise<KeptSession> {
  const { person, authTime, session: upstream } = signedIn;
  const kept: PersonSession = {
    person: person.id,
    idp: person.idp,
    ...shownName(person),
    authTime: authTime ?? now,
    began: now,
    ...(upstream !== undefined && { upstream }),
  };
  const value = await seals.seal('session', JSON.stringify(kept), after(now, sessionSeconds));
  const hint = await keepHint(seals, signedIn, now);
  return { value, seconds: sessionSeconds, ...(hint && { hint }) };
}

/** Undefined where nobody signed in, or too long ago. */
export async function openSession(
  seals: Seals,
  sealed: string | undefined,
  now: Instant,
): Promise<PersonSession | undefined> {
  const text = sealed === undefined ? undefined : await seals.open('session', sealed, now);
  if (text === undefined) return undefined;
  const { output, success } = v.safeParse(session, JSON.parse(text));
  if (!success) return undefined;
  const { upstream, ...rest } = output;
  return {
    ...rest,
    person: output.person as PersonId,
    idp: output.idp as IdpId,
    authTime: instant(output.authTime),
    began: instant(output.began),
    ...(upstream !== undefined && { upstream: upstream as UpstreamSession }),
  };
}

/** What a person is called on our pages. */
export function shownName({ email, preferredUsername, name }: SignedIn['person']): {
  readonly name?: string;
} {
  const shown = email ?? preferredUsername ?? name;
  return shown === undefined ? {} : { name: shown };
}
