import {
  type ClientDocumentRefusal,
  type DatedDocuments,
  type KeptDocument,
  type KeptDocuments,
  longestOutage,
} from '../../ports/client-documents.ts';
import type { DocumentRefusal } from '../../ports/documents.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { inOneFlight } from '../../runtime/one-flight.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { readClientDocument } from './client-document.ts';
import { faultOf } from './document-faults.ts';
import { type DocumentPolicy, type Trust, trustIn } from './document-trust.ts';
import { documentUrlProblem } from './document-url.ts';
import { pinnedCopy } from './pinned-copies.ts';

/** Seconds. A host that says nothing is asked again after an hour; no host can have itself asked all the time. */
const freshness = { least: 300, usual: 3_600, most: 86_400 } as const;
/** Seconds between two attempts at a host that fails, while a document stands in. */
const coolDown = 30;
const mostHeld = 1_000;

export interface DocumentClientsOptions {
  readonly documents: DatedDocuments;
  readonly policy: DocumentPolicy;
  readonly hosts: 'public' | 'loopback';
  /** Absent where a request may not make us fetch what nobody has accepted before. */
  readonly kept?: Pick<KeptDocuments, 'keep' | 'markGone'>;
  /** Those that the config names: they are fetched all the same. */
  readonly named?: ReadonlySet<string>;
}

export interface DocumentClients {
  /** The client that is the document of that URL. `kept` is its copy from the store, where there is one. */
  readonly find: (
    url: string,
    kept: KeptDocument | undefined,
    now: Instant,
  ) => Promise<Result<Client, ClientDocumentRefusal>>;
}

type Trusted = Exclude<Trust, { readonly kind: 'denied' }>;
type Found = Result<Client, ClientDocumentRefusal>;

/** The clients that are metadata documents (AS-12), in one memory for as long as the instance lives. */
export function documentClients(options: DocumentClientsOptions): DocumentClients {
  const { documents, policy, hosts, kept: store, named } = options;
  const held = new Map<string, KeptDocument>();
  const failedAt = new Map<string, Instant>();
  const goneAt = new Map<string, Instant>();
  const flights = new Map<string, Promise<Found>>();
  const pinned = (url: string): unknown => (policy.pinnedCopies ? pinnedCopy(url) : undefined);
  const memory = { failedAt, goneAt, pinned };

  const read = (document: KeptDocument, trust: Trusted): Found =>
    readKept(document, trust, policy.customRedirectUris);

  async function fetchAnew(
    url: string,
    last: KeptDocument | undefined,
    trust: Trusted,
    now: Instant,
  ): Promise<Found> {
    const fetched = await documents.fetchDated(url);
    if (!fetched.ok) {
      const { refusal } = fetched;
      if (isOutage(refusal)) return standIn(memory, { url, last, refusal }, (it) => read(it, trust), now);
      return forget(url, refuse({ reason: 'invalid', ...faultOf(refusal) }), now);
    }
    const freshUntil = after(now, freshFor(fetched.value.freshSeconds));
    const document = { url, json: fetched.value.json, acceptedAt: now, freshUntil };
    const client = read(document, trust);
    // Only what was accepted is kept: no failure and no invalid document (AS-13).
    if (!client.ok) return forget(url, client, now);
    failedAt.delete(url);
    goneAt.delete(url);
    hold(held, url, document);
    await store?.keep(document);
    return client;
  }

  /** What its host took back stands in for it never again, here or in another instance. */
  async function forget(url: string, refused: Found, now: Instant): Promise<Found> {
    hold(goneAt, url, now);
    held.delete(url);
    await store?.markGone(url, now);
    return refused;
  }

  return {
    find: async (url, kept, now) => {
      const judged = judge(url, hosts, policy);
      if (!judged.ok) return judged;
      const trust = judged.value;
      const known = newest(held.get(url), kept);
      // What another instance marked speaks against our own copy of a well-known document too.
      if (known?.goneAt !== undefined) hold(goneAt, url, known.goneAt);
      const last = isGone(known, goneAt.get(url)) ? undefined : known;
      if (last !== undefined && isUsedUnasked(last, failedAt.get(url), now)) return read(last, trust);
      const isExpected = store !== undefined || pinned(url) !== undefined || named?.has(url) === true;
      if (known === undefined && !isExpected) return unknown;
      return inOneFlight(flights, url, () => fetchAnew(url, last, trust, now));
    },
  };
}

interface Memory {
  readonly failedAt: Map<string, Instant>;
  readonly goneAt: ReadonlyMap<string, Instant>;
  readonly pinned: (url: string) => unknown;
}

interface Outage {
  readonly url: string;
  readonly last: KeptDocument | undefined;
  readonly refusal: DocumentRefusal;
}

function standIn(
  { failedAt, goneAt, pinned }: Memory,
  { url, last, refusal }: Outage,
  read: (document: KeptDocument) => Found,
  now: Instant,
): Found {
  if (last !== undefined && now < after(last.acceptedAt, longestOutage)) {
    hold(failedAt, url, now);
    return read(last);
  }
  const copy = isKeptFromUs(refusal) && !goneAt.has(url) ? pinned(url) : undefined;
  if (copy === undefined) return refuse({ reason: 'unreachable', ...faultOf(refusal) });
  return read({ url, json: copy, acceptedAt: now, freshUntil: now });
}

function judge(
  url: string,
  hosts: DocumentClientsOptions['hosts'],
  policy: DocumentPolicy,
): Result<Trusted, ClientDocumentRefusal> {
  const problem = documentUrlProblem(url, hosts);
  if (problem !== undefined)
    return refuse({ reason: 'invalid', fault: 'client_id_malformed', detail: `client_id ${problem}` });
  const trust = trustIn(new URL(url), policy);
  return trust.kind === 'denied' ? denied : ok(trust);
}

function readKept(document: KeptDocument, trust: Trusted, customRedirectUris: readonly string[]): Found {
  const client = readClientDocument(document.url, document.json, { ...document, trust, customRedirectUris });
  return client.ok ? client : refuse({ reason: 'invalid', ...client.refusal });
}

const denied: Result<never, ClientDocumentRefusal> = refuse({
  ...{ reason: 'denied', fault: 'host_denied' },
  detail: 'clients of that host are not taken by this deployment',
});
const unknown: Found = refuse({
  ...{ reason: 'unreachable', fault: 'never_used' },
  detail: 'nobody has signed in with it yet',
});

function isUsedUnasked(document: KeptDocument, failed: Instant | undefined, now: Instant): boolean {
  if (now < document.freshUntil) return true;
  const isOutage = failed !== undefined && now < after(failed, coolDown);
  return isOutage && now < after(document.acceptedAt, longestOutage);
}

/** A copy that was read before its mark was written is known by our own memory of it. */
function isGone(document: KeptDocument | undefined, at: Instant | undefined): boolean {
  if (document === undefined) return false;
  return document.goneAt !== undefined || (at !== undefined && document.acceptedAt <= at);
}

function newest(one: KeptDocument | undefined, other: KeptDocument | undefined): KeptDocument | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.acceptedAt >= other.acceptedAt ? one : other;
}

function freshFor(seconds: number | undefined): number {
  return Math.min(Math.max(seconds ?? freshness.usual, freshness.least), freshness.most);
}

/** Whether the host cannot or will not say anything now. All other answers say that there is no such client. */
function isOutage(refusal: DocumentRefusal): boolean {
  return (
    isKeptFromUs(refusal) ||
    (refusal.reason === 'status_not_ok' && (refusal.status === 429 || refusal.status >= 500))
  );
}

/** Whether a person's browser may well get what we do not get (IX-50). */
function isKeptFromUs(refusal: DocumentRefusal): boolean {
  return (
    refusal.reason === 'unreachable' ||
    refusal.reason === 'timed_out' ||
    (refusal.reason === 'status_not_ok' && [401, 403, 451].includes(refusal.status))
  );
}

function hold<Value>(map: Map<string, Value>, url: string, value: Value): void {
  map.delete(url);
  map.set(url, value);
  const [oldest] = map.keys();
  if (map.size > mostHeld && oldest !== undefined) map.delete(oldest);
}
