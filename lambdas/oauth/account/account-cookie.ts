import * as v from 'valibot';
import type { Seals } from '../../ports/seals.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { GrantId, IdpId, PersonId, UpstreamSession } from '../../runtime/identifiers.ts';

/** A sign-in for the account page on its way. The browser keeps it: nothing is granted by it, and it opens for nobody else. */
interface PendingSignIn {
  readonly kind: 'sign_in';
  readonly idp: IdpId;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly began: Instant;
  /** The grant for which the person signs in again. */
  readonly renews?: GrantId;
  /** The page of ours that they wanted to see; absent: the account page. */
  readonly then?: `/${string}`;
}

/** Who sees and withdraws what they granted. */
export interface AccountSession {
  readonly kind: 'session';
  /** Random: what the forms of this session are bound to. */
  readonly id: string;
  readonly person: PersonId;
  readonly idp: IdpId;
  /** As the person is shown who is signed in. */
  readonly name?: string;
  readonly began: Instant;
  /** At the identity provider, where it told. */
  readonly upstream?: UpstreamSession;
  /** Those that the person had when they signed in. */
  readonly roles?: readonly string[];
}

export type AccountCookie = PendingSignIn | AccountSession;

/** A sealed value for the browser, and how long it lasts. */
export interface KeptCookie {
  readonly value: string;
  readonly seconds: number;
}

const seconds = { sign_in: 600, session: 1_800 } as const;

const contents = v.variant('kind', [
  v.object({
    kind: v.literal('sign_in'),
    idp: v.string(),
    state: v.string(),
    nonce: v.string(),
    codeVerifier: v.string(),
    began: v.number(),
    renews: v.exactOptional(v.string()),
    then: v.exactOptional(v.string()),
  }),
  v.object({
    kind: v.literal('session'),
    id: v.string(),
    person: v.string(),
    idp: v.string(),
    name: v.exactOptional(v.string()),
    began: v.number(),
    upstream: v.exactOptional(v.string()),
    roles: v.exactOptional(v.array(v.string())),
  }),
]);

export async function keepCookie(seals: Seals, cookie: AccountCookie, now: Instant): Promise<KeptCookie> {
  const lasts = seconds[cookie.kind];
  return { value: await seals.seal('account', JSON.stringify(cookie), after(now, lasts)), seconds: lasts };
}

export async function openCookie(
  seals: Seals,
  sealed: string | undefined,
  now: Instant,
): Promise<AccountCookie | undefined> {
  const text = sealed === undefined ? undefined : await seals.open('account', sealed, now);
  if (!text?.startsWith('{')) return undefined;
  // The brands: what is sealed is what we wrote, or what an earlier version wrote that lacks a member.
  const { output, success } = v.safeParse(contents, JSON.parse(text));
  return success ? (output as AccountCookie) : undefined;
}

/** What a form of the session carries, so that nobody else's page can post it: CSRF. */
export function formToken(seals: Seals, { id }: AccountSession, now: Instant): Promise<string> {
  return seals.seal('account', `form ${sha256(id)}`, after(now, seconds.session));
}

export async function isFormOf(
  seals: Seals,
  { id }: AccountSession,
  token: string | undefined,
  now: Instant,
): Promise<boolean> {
  const text = token === undefined ? undefined : await seals.open('account', token, now);
  return text !== undefined && sameDigest(text, `form ${sha256(id)}`);
}
