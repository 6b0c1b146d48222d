import * as v from 'valibot';
import type { DocumentRefusal, Documents } from '../../ports/documents.ts';
import type { KeptKeySet, KeptKeySets } from '../../ports/kept-keys.ts';
import type { TrustAnchor } from '../../ports/trust-anchors.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { profileOf } from '../people/profiles/profile-of.ts';

export type AnchorKey = Readonly<Record<string, unknown>>;
type Keys = readonly AnchorKey[];

/** Why there is no key to verify by. `out_of_reach`: nobody knows now whether there is one. */
export interface KeysRefusal {
  readonly reason: 'out_of_reach' | 'not_usable' | 'unknown';
}

export interface AnchorKeys {
  /**
   * Those keys of an anchor that `pick` takes. Keys are fetched anew when they are old, and when it takes none, at most
   * once in `coolDown` seconds, whoever asks and however many at once. While their host fails, those that are known go on
   * for a day.
   */
  readonly find: (
    anchor: TrustAnchor,
    pick: (keys: Keys) => Keys,
    now: Instant,
  ) => Promise<Result<Keys, KeysRefusal>>;
}

/** Seconds: what nobody can make us do more often, by tokens of unknown keys. */
export const coolDown = 30;
/** Seconds after which keys are asked for again: a key that an issuer withdraws is gone by then. */
const maximumAge = 600;
/** Seconds for which known keys go on while their host fails. */
const longestOutage = 86_400;

/** Seconds after which keys that are still the same are kept anew, so that what is kept counts for most of a day. */
const keptAnewAfter = 3_600;

/** What is known of one anchor after an attempt to fetch its keys. */
interface Outcome {
  readonly known: KeptKeySet | undefined;
  /** As of when they are kept, where they are. */
  readonly keptAsOf?: Instant;
  /** Of the attempt itself, where it failed. */
  readonly failure: KeysRefusal | undefined;
}

interface Attempt {
  readonly startedAt: Instant;
  readonly outcome: Promise<Outcome>;
}

const keySet = v.object({ keys: v.array(v.record(v.string(), v.unknown())) });
const discovery = v.object({ issuer: v.string(), jwks_uri: v.string() });

/**
 * The keys of trust anchors, in one cache for as long as the instance lives. What it fetches is kept too, for instances that
 * begin while the host fails.
 */
export function anchorKeys(documents: Documents, kept: KeptKeySets): AnchorKeys {
  const attempts = new Map<string, Attempt>();

  const attempt = (anchor: TrustAnchor, before: Outcome | undefined, now: Instant): Attempt => {
    const outcome = fetchKeys(documents, anchor).then(async (fetched): Promise<Outcome> => {
      if (fetched.ok) return keptOutcome(kept, anchor, { before, keys: fetched.value, now });
      const known = before?.known ?? (await kept.find(sourceOf(anchor)).catch(() => undefined));
      return { ...before, known, failure: fetched.refusal };
    });
    const begun = { startedAt: now, outcome };
    attempts.set(anchor.id, begun);
    return begun;
  };

  return {
    find: async (anchor, pick, now) => {
      const held = attempts.get(anchor.id) ?? attempt(anchor, undefined, now);
      const before = await held.outcome;
      const picked = pickFrom(before, pick, now);
      const isDone = picked.ok && before.known !== undefined && now < after(before.known.asOf, maximumAge);
      if (isDone || now < after(held.startedAt, coolDown)) return picked;
      // Whoever else found the same lacking has sent for it already.
      const newer = attempts.get(anchor.id);
      const latest = newer === undefined || newer === held ? attempt(anchor, before, now) : newer;
      return pickFrom(await latest.outcome, pick, now);
    },
  };
}

/** Whose keys, and where they come from: an anchor that moves has none of those that were kept before. */
function sourceOf({ issuer, jwksUri = '' }: TrustAnchor): string {
  return `${issuer}\0${jwksUri}`;
}

/** Keys that were fetched count, be they kept or not: the store is for hosts that fail. */
async function keptOutcome(
  kept: KeptKeySets,
  anchor: TrustAnchor,
  { before, keys, now }: { readonly before: Outcome | undefined; readonly keys: Keys; readonly now: Instant },
): Promise<Outcome> {
  const known = { keys, asOf: now };
  const { keptAsOf } = before ?? {};
  const isSame = JSON.stringify(before?.known?.keys) === JSON.stringify(keys);
  if (isSame && keptAsOf !== undefined && now < after(keptAsOf, keptAnewAfter)) {
    return { known, keptAsOf, failure: undefined };
  }
  const isKept = await kept.keep(sourceOf(anchor), known).then(
    () => true,
    () => false,
  );
  return { known, failure: undefined, ...(isKept && { keptAsOf: now }) };
}

function pickFrom(
  { known, failure }: Outcome,
  pick: (keys: Keys) => Keys,
  now: Instant,
): Result<Keys, KeysRefusal> {
  const isKnown = known !== undefined && now < after(known.asOf, longestOutage);
  const picked = isKnown ? pick(known.keys) : [];
  if (picked.length > 0) return ok(picked);
  return refuse(failure ?? { reason: 'unknown' });
}

async function fetchKeys(documents: Documents, anchor: TrustAnchor): Promise<Result<Keys, KeysRefusal>> {
  const uri = anchor.jwksUri === undefined ? await discover(documents, anchor) : ok(anchor.jwksUri);
  if (!uri.ok) return uri;
  const document = await documents.fetchJson(uri.value);
  if (!document.ok) return refuse(failureOf(document.refusal));
  const read = v.safeParse(keySet, document.value);
  return read.success ? ok(read.output.keys) : refuse({ reason: 'not_usable' });
}

/** OIDC Discovery §4.3: a document that names another issuer speaks for somebody else. */
async function discover(documents: Documents, anchor: TrustAnchor): Promise<Result<string, KeysRefusal>> {
  const base = anchor.issuer.replace(/\/$/, '');
  const document = await documents.fetchJson(`${base}/.well-known/openid-configuration`);
  if (!document.ok) return refuse(failureOf(document.refusal));
  const read = v.safeParse(discovery, document.value);
  const named = profileOf(anchor).issuers.ofMetadata(anchor);
  return read.success && read.output.issuer === named
    ? ok(read.output.jwks_uri)
    : refuse({ reason: 'not_usable' });
}

/** The host may well have them in a moment, or whoever runs it has something to mend. */
function failureOf(refusal: DocumentRefusal): KeysRefusal {
  const isDown =
    refusal.reason === 'unreachable' ||
    refusal.reason === 'timed_out' ||
    (refusal.reason === 'status_not_ok' && (refusal.status === 429 || refusal.status >= 500));
  return { reason: isDown ? 'out_of_reach' : 'not_usable' };
}
