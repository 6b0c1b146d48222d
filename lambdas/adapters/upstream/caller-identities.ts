import type { CallerIdentities } from '../../ports/caller-identities.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse } from '../../runtime/result.ts';
import { readDocumentUrl, type DocumentHosts } from './document-url.ts';
import { pinnedPost } from './pinned-post.ts';
import { resolveAddresses } from './resolve.ts';

/** The one thing that is ever asked: the signature covers it, and no client can have another asked. */
const body = 'Action=GetCallerIdentity&Version=2011-06-15';
/** From the look-up of the name to the last byte. */
const timeLimitMilliseconds = 3_000;
const maximumBytes = 16_384;

const result =
  /^\s*(?:<\?xml[^>]*\?>\s*)?<GetCallerIdentityResponse [^>]*>\s*<GetCallerIdentityResult>(?<members>.*?)<\/GetCallerIdentityResult>/s;
const arn = /<Arn>(?<arn>[^<]{20,2048})<\/Arn>/;

/** Sends what a client signed to AWS STS, by the guarded way of every URL that somebody else chose. */
export function guardedCallerIdentities({ hosts }: { readonly hosts: DocumentHosts }): CallerIdentities {
  return {
    identify: async ({ endpoint, headers }) => {
      const url = readDocumentUrl(`${endpoint}/`, hosts);
      if (!url.ok) throw unavailable(url.refusal.reason);
      const signal = AbortSignal.timeout(timeLimitMilliseconds);
      const addresses = await resolveAddresses(url.value, hosts, signal);
      if (!addresses.ok) throw unavailable(addresses.refusal.reason);
      const answer = await pinnedPost({
        ...{ url: url.value, addresses: addresses.value, headers, body, maximumBytes, signal },
      });
      if (answer === undefined || isOfAws(answer)) throw unavailable('no answer');
      if (answer.status !== 200) return refuse('signature_not_taken');
      const caller = arn.exec(result.exec(answer.text)?.groups?.['members'] ?? '')?.groups?.['arn'];
      if (caller === undefined) throw unavailable('an answer of another form');
      return ok(caller);
    },
  };
}

/** Whether it is AWS, and not the client, for whose sake there is no answer. */
function isOfAws({ status, text }: { readonly status: number; readonly text: string }): boolean {
  return status >= 500 || status === 429 || (status !== 200 && text.includes('<Code>Throttling'));
}

function unavailable(why: string): DependencyUnavailable {
  return new DependencyUnavailable('STS', { cause: new Error(why) });
}
