import type { DatedDocument, DatedDocuments } from '../../ports/client-documents.ts';
import type { DocumentRefusal, Documents } from '../../ports/documents.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import { freshSecondsOf } from './freshness.ts';
import { pinnedGet } from './pinned-get.ts';
import { resolveAddresses } from './resolve.ts';

interface GuardedDocumentsOptions {
  readonly hosts: DocumentHosts;
  readonly maximumBytes: number;
}

/** From the look-up of the name to the last byte. */
const timeLimitMilliseconds = 3_000;

/**
 * The guarded fetcher, for every URL that somebody else chose (UI-6): it must not become a way to reach what only we
 * can reach, to hold us up, or to fill our memory.
 */
export function guardedDocuments(options: GuardedDocumentsOptions): Documents & DatedDocuments {
  const fetchDated = (url: string): Promise<Result<DatedDocument, DocumentRefusal>> => getDated(url, options);
  return {
    fetchDated,
    fetchJson: async (url) => {
      const document = await fetchDated(url);
      return document.ok ? ok(document.value.json) : document;
    },
  };
}

async function getDated(
  text: string,
  { hosts, maximumBytes }: GuardedDocumentsOptions,
): Promise<Result<DatedDocument, DocumentRefusal>> {
  const url = readDocumentUrl(text, hosts);
  if (!url.ok) return url;
  const signal = AbortSignal.timeout(timeLimitMilliseconds);
  const addresses = await resolveAddresses(url.value, hosts, signal);
  if (!addresses.ok) return addresses;
  const got = await pinnedGet({ url: url.value, addresses: addresses.value, maximumBytes, signal });
  if (!got.ok) return got;
  const json = parseJson(got.value.text);
  return json.ok ? ok({ json: json.value, freshSeconds: freshSecondsOf(got.value.headers) }) : json;
}

function parseJson(text: string): Result<unknown, DocumentRefusal> {
  try {
    return ok(JSON.parse(text) as unknown);
  } catch {
    return refuse({ reason: 'not_json' });
  }
}
