import * as v from 'valibot';
import type { ConsentedScope } from '../../ports/consents.ts';
import type { Seals } from '../../ports/seals.ts';
import type { GivenConsent } from '../../ports/transactions.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { IdpId } from '../../runtime/identifiers.ts';

interface Carried {
  /** SHA-256 of the id of the browser whose page it is. */
  readonly browser: string;
  /** The client's request, form-urlencoded. */
  readonly request: string;
}

/** What a page of ours carries, sealed, until the person has answered it: the server keeps nothing before (UI-5). */
export type CarriedRequest =
  /** Whether the person began it on a device of theirs. */
  | (Carried & { readonly asks: 'device' })
  | (Carried & { readonly asks: 'idp' })
  | (Carried & {
      readonly asks: 'consent';
      readonly idp: IdpId;
      /** What the page showed. */
      readonly shown: ConsentedScope;
      readonly fingerprint: string;
    })
  /** The yes was said; the identity provider failed. */
  | (Carried & { readonly asks: 'again'; readonly idp: IdpId; readonly consent: GivenConsent })
  /** Who signed in is known, and held in that transaction. */
  | (Carried & {
      readonly asks: 'held_consent';
      readonly transaction: string;
      readonly shown: ConsentedScope;
      readonly fingerprint: string;
    });

/** A page waits that long. Seconds. */
const pageSeconds = 600;

const scope = v.object({
  resource: v.exactOptional(v.string()),
  scope: v.array(v.string()),
  offline: v.boolean(),
});
const carried = { browser: v.string(), request: v.string() };
const form = v.variant('asks', [
  v.object({ asks: v.picklist(['idp', 'device']), ...carried }),
  v.object({
    asks: v.literal('consent'),
    ...carried,
    idp: v.string(),
    shown: scope,
    fingerprint: v.string(),
  }),
  v.object({
    asks: v.literal('again'),
    ...carried,
    idp: v.string(),
    consent: v.object({
      by: v.picklist(['asked', 'implied', 'remembered']),
      person: v.exactOptional(v.string()),
      terms: scope,
      fingerprint: v.string(),
    }),
  }),
  v.object({
    asks: v.literal('held_consent'),
    ...carried,
    transaction: v.string(),
    shown: scope,
    fingerprint: v.string(),
  }),
]);

export function sealRequest(seals: Seals, request: CarriedRequest, now: Instant): Promise<string> {
  return seals.seal('request', JSON.stringify(request), after(now, pageSeconds));
}

/** Undefined for what is expired, altered, or not of a page of ours. */
export async function openRequest(
  seals: Seals,
  sealed: string,
  now: Instant,
): Promise<CarriedRequest | undefined> {
  const text = await seals.open('request', sealed, now);
  if (text === undefined) return undefined;
  const { output, success } = v.safeParse(form, JSON.parse(text));
  // Sealed by us, so that its texts are what they are called.
  return success ? (output as CarriedRequest) : undefined;
}
