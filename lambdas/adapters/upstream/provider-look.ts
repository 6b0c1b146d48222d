import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { noAnswerOf } from '../../oauth/people/diagnosis/no-answer.ts';
import type { Look, NoAnswer, Seen } from '../../ports/diagnosis.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import { pinnedTo, readText } from './pinned-get.ts';
import { resolveAddresses } from './resolve.ts';

/** From the first packet to the last byte. */
const timeLimitMilliseconds = 4_000;
const maximumBytes = 262_144;

/** Looks at what a provider answers, guarded as every request to one: https, public pinned addresses, no redirect. */
export function providerLook(hosts: DocumentHosts): Look {
  return async (text) => {
    const url = readDocumentUrl(text, hosts);
    if (!url.ok) return unanswered('url_not_allowed');
    const addresses = await resolveAddresses(url.value, hosts);
    if (!addresses.ok) {
      const isUnknown = addresses.refusal.reason === 'unreachable';
      return unanswered(isUnknown ? 'name_unknown' : 'address_not_allowed');
    }
    const signal = AbortSignal.timeout(timeLimitMilliseconds);
    try {
      return await seenAt(url.value, addresses.value, signal);
    } catch (error) {
      if (signal.aborted) return unanswered('timed_out');
      return unanswered(noAnswerOf((error as { readonly code?: string }).code));
    }
  };
}

async function seenAt(url: URL, addresses: readonly LookupAddress[], signal: AbortSignal): Promise<Seen> {
  const response = await respond(url, addresses, signal);
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

function respond(
  url: URL,
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = {
      accept: 'application/json, text/html;q=0.5',
      ...{ 'accept-encoding': 'identity', 'user-agent': 'vestibule' },
    };
    request(url, { agent: false, headers, lookup: pinnedTo(addresses), signal })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => {
        reject(new Error('closed without a response'));
      })
      .end();
  });
}

function unanswered(why: NoAnswer): Seen {
  return { kind: 'no_answer', why };
}
