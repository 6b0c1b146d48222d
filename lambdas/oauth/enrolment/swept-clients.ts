import { type EnrolledDocuments, type KeptDocument, longestOutage } from '../../ports/client-documents.ts';
import type { Client } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { nameOf } from '../registration/client-document.ts';
import { digestIn, documentEnrolmentName } from './document-enrolment.ts';
import type { SweepPorts, SweptClient } from './sweep.ts';

/** As long as a document may stand in for its host, and a day: then one that its host took back is not coming again. Seconds. */
const goneFor = longestOutage + 86_400;

/** The clients that may be enrolled: those that registered themselves, and those that are their metadata documents. */
export function sweptClients({
  registered,
  documents,
}: {
  readonly registered: (id: ClientId) => Promise<Client | undefined>;
  readonly documents: EnrolledDocuments;
}): SweepPorts['findClient'] {
  return async (id) => {
    const digest = digestIn(id);
    if (digest === undefined) return registered(id);
    const copy = await documents.find(digest);
    if (copy === undefined) return undefined;
    return { ...clientOf(copy), letGo: () => documents.unmark(digest, copy) };
  };
}

function clientOf(copy: KeptDocument): SweptClient {
  const { url, json, enrolledAt } = copy;
  const expiresAt = endOf(copy);
  return {
    name: documentEnrolmentName(url, nameOf(json as Parameters<typeof nameOf>[0])),
    state: 'active',
    managedBy: { kind: 'document', curated: false, ...(enrolledAt && { enrolledAt }) },
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function endOf({ keptUntil, goneAt }: KeptDocument): Instant | undefined {
  const ends = [keptUntil, goneAt && after(goneAt, goneFor)].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : ends.reduce((one, other) => (one < other ? one : other));
}
