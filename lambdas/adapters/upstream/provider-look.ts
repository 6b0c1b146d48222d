import type { LookupAddress } from 'node:dns';
import { noAnswerOf } from '../../oauth/people/diagnosis/no-answer.ts';
import type { Look, NoAnswer, Seen } from '../../ports/diagnosis.ts';
import type { DocumentRefusal } from '../../ports/documents.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import { readText } from './pinned-get.ts';
import { pinnedRequest } from './pinned-request.ts';
import { resolveAddresses } from './resolve.ts';

/** From the look-up of the name to the last byte. */
const timeLimitMilliseconds = 4_000;
const maximumBytes = 262_144;

/** Looks at what a provider answers, guarded as every request to one: https, public pinned addresses, no redirect. */
export function providerLook(hosts: DocumentHosts): Look {
  return async (text) => {
    const url = readDocumentUrl(text, hosts);
    if (!url.ok) return unanswered('url_not_allowed');
    const signal = AbortSignal.timeout(timeLimitMilliseconds);
    const addresses = await resolveAddresses(url.value, hosts, signal);
    if (!addresses.ok) return unanswered(unresolved(addresses.refusal));
    try {
      return await seenAt(url.value, addresses.value, signal);
    } catch (error) {
      if (signal.aborted) return unanswered('timed_out');
      return unanswered(noAnswerOf((error as { readonly code?: string }).code));
    }
  };
}

async function seenAt(url: URL, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<Seen> {
  const headers = { accept: 'application/json, text/html;q=0.5' };
  const response = await pinnedRequest({ url, addresses, signal, headers });
  const body = await readText(response, maximumBytes);
  if (!body.ok) return unanswered('too_large');
  const { date, age, location } = response.headers;
  return {
    kind: 'answer',
    status: response.statusCode ?? 0,
    headers: { date, age, location },
    body: body.value,
  };
}

function unresolved({ reason }: DocumentRefusal): NoAnswer {
  if (reason === 'timed_out') return reason;
  return reason === 'unreachable' ? 'name_unknown' : 'address_not_allowed';
}

function unanswered(why: NoAnswer): Seen {
  return { kind: 'no_answer', why };
}
