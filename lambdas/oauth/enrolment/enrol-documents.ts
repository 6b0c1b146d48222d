import type { KeptDocument, KeptDocuments } from '../../ports/client-documents.ts';
import { type Enrolling, EnrolmentUnderWay, type EnrolmentRefusal } from '../../ports/enrolments.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId } from '../../runtime/identifiers.ts';
import { inOneFlight } from '../../runtime/one-flight.ts';
import { pinnedCopy } from '../registration/pinned-copies.ts';
import { documentEnrolmentId, documentEnrolmentName } from './document-enrolment.ts';

/** Seconds in which a provider that made no client is not asked again for the same: anybody may name a document. */
const coolDown = 30;
const mostHeld = 1_000;
/** Milliseconds before each look at what another one is making at this moment. */
const looks = [300, 700, 1_500] as const;
/** Seconds after which it is made, but for rare cases. */
const soon = 5;

export interface DocumentEnrolmentOptions {
  readonly enrolling: Pick<Enrolling, 'idps' | 'enrol'>;
  readonly kept: Pick<KeptDocuments, 'find' | 'keep' | 'markEnrolled'>;
  /** Whether our own copies of well-known documents stand in for those that nobody could fetch. */
  readonly pinnedCopies: boolean;
  /** Resolves after so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** The client of a metadata document, with where it is one of its own. `copy` is what was kept of it before. */
export type EnrolDocument = (client: Client, copy: KeptDocument | undefined, now: Instant) => Promise<Client>;

/**
 * Makes clients of curated hosts clients of their own at identity providers, before anybody signs in with them. Others go on as
 * they are: where a host is curated no more, what is enrolled stays so, and nothing new is. Throws `DependencyUnavailable`
 * where none could be made: nobody is signed in as another client than that.
 */
export function enrolDocuments(options: DocumentEnrolmentOptions): EnrolDocument {
  const { enrolling, kept } = options;
  const flights = new Map<string, Promise<readonly IdpId[]>>();
  const failures = new Map<string, { readonly until: Instant; readonly error: DependencyUnavailable }>();

  async function enrolAnew(
    client: Client,
    marked: readonly IdpId[],
    now: Instant,
  ): Promise<readonly IdpId[]> {
    const failed = failures.get(client.id);
    if (failed !== undefined && now < failed.until) {
      const { dependency } = failed.error;
      throw new DependencyUnavailable(dependency, {
        cause: failed.error,
        retryAfterSeconds: failed.until - now,
      });
    }
    try {
      await make(options, client);
    } catch (error) {
      if (error instanceof EnrolmentUnderWay) return awaitOther(options, client, error, now);
      if (error instanceof DependencyUnavailable) {
        if (failures.size >= mostHeld) failures.clear();
        failures.set(client.id, { until: after(now, coolDown), error });
      }
      throw error;
    }
    const at = [...new Set([...marked, ...enrolling.idps])];
    await mark(options, client.id, at, now);
    return at;
  }

  return async (client, copy, now) => {
    const { managedBy } = client;
    if (managedBy.kind !== 'document') return client;
    const at = (marked: readonly IdpId[]): Client =>
      marked.length === 0 ? client : { ...client, managedBy: { ...managedBy, enrolledAt: marked } };
    const known = markOn(copy, now);
    const isWanted = (marked: readonly IdpId[]): boolean => managedBy.curated && !isAtAll(options, marked);
    // A note on a copy that was gone or over was true once: that it was accepted anew is written by now.
    if (!isWanted(known) && (known.length > 0 || copy?.enrolledAt === undefined)) return at(known);
    return at(
      await inOneFlight(flights, client.id, async () => {
        const marked = markOn(await kept.find(client.id), now);
        return isWanted(marked) ? enrolAnew(client, marked, now) : marked;
      }),
    );
  };
}

async function make({ enrolling }: DocumentEnrolmentOptions, { id: url, name }: Client): Promise<void> {
  const called = documentEnrolmentName(url, name);
  const done = await enrolling.enrol(documentEnrolmentId(url), called, url);
  if (!done.ok) throw notMade(done.refusal);
}

/** Many may come first at once: one makes the client, and the others wait a moment for it. */
async function awaitOther(
  options: DocumentEnrolmentOptions,
  { id }: Client,
  { dependency, cause }: EnrolmentUnderWay,
  now: Instant,
): Promise<readonly IdpId[]> {
  for (const wait of looks) {
    await options.pause(wait);
    const marked = markOn(await options.kept.find(id), now);
    if (isAtAll(options, marked)) return marked;
  }
  throw new EnrolmentUnderWay(dependency, { cause, retryAfterSeconds: soon });
}

function isAtAll({ enrolling }: DocumentEnrolmentOptions, marked: readonly IdpId[]): boolean {
  return enrolling.idps.every((idp) => marked.includes(idp));
}

/** Where a client is enrolled, as a copy says that is neither gone nor about to be swept. */
function markOn(copy: KeptDocument | undefined, now: Instant): readonly IdpId[] {
  if (copy === undefined || copy.goneAt !== undefined) return [];
  const isOver = copy.keptUntil !== undefined && copy.keptUntil <= now;
  return isOver ? [] : (copy.enrolledAt ?? []);
}

async function mark(
  { kept, pinnedCopies }: DocumentEnrolmentOptions,
  url: string,
  idps: readonly IdpId[],
  now: Instant,
): Promise<void> {
  if (await kept.markEnrolled(url, idps, now)) return;
  const json = pinnedCopies ? pinnedCopy(url) : undefined;
  if (json !== undefined) {
    await kept.keep({ url, json, acceptedAt: now, freshUntil: now });
    if (await kept.markEnrolled(url, idps, now)) return;
  }
  throw new DependencyUnavailable('the registry', { cause: new Error('a document that was kept is gone') });
}

/** Only an administrator can change it, and may at any time; the function that asked has told them. */
function notMade({ idp, reason }: EnrolmentRefusal): DependencyUnavailable {
  return new DependencyUnavailable(`identity provider ${idp}`, {
    cause: new Error(reason),
    retryAfterSeconds: 60,
  });
}
