import type { Finding, NoAnswer, Seen } from '../../../ports/diagnosis.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import { error } from './check.ts';
import type { LookedAt } from './provider.ts';
import { settingsOf } from './settings.ts';

/** A document that was looked at. */
export interface Wanted {
  /** Begins a sentence: `The discovery document`. */
  readonly name: string;
  readonly url: string;
}

type Members = Readonly<Record<string, unknown>>;

const without = 'Without it nobody can be signed in here.';

/** The JSON object that was answered, or why there is none. */
export function answeredObject(seen: Seen, wanted: Wanted, idp: LookedAt): Result<Members, Finding> {
  if (seen.kind === 'no_answer') return refuse(noAnswer(seen.why, wanted));
  const { status, headers, body } = seen;
  if (status !== 200) return refuse(otherStatus(status, headers['location'], wanted, idp));
  const read = objectIn(body);
  return read === undefined
    ? refuse(
        error('not_json', {
          what: `${wanted.name} at ${wanted.url} is not a JSON object`,
          why: 'Something else answers there: a sign-in page, a proxy, or the console of the provider.',
          fix: `Write the issuer as the provider itself does: ${settingsOf[idp.profile].issuer}`,
        }),
      )
    : ok(read);
}

export function objectIn(body: string): Members | undefined {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Members) : undefined;
  } catch {
    return undefined;
  }
}

type NoAnswerTold = readonly [code: string, what: string, fix: string];

/** Why a document could not be had. */
export function noAnswer(why: NoAnswer, { name, url }: Wanted): Finding {
  const host = URL.parse(url)?.host ?? url;
  const told: Readonly<Record<NoAnswer, NoAnswerTold>> = {
    name_unknown: [
      'host_unknown',
      `no address is known of ${host}`,
      'Look for a mistake in the name. It has to be one that the public DNS knows: a name of a private network is not',
    ],
    unreachable: [
      'unreachable',
      `nothing answers at ${host}`,
      'See whether the provider is up, and that no firewall keeps AWS Lambda from it: it has no fixed addresses',
    ],
    tls: [
      'tls_invalid',
      `the certificate of ${host} is not one that can be trusted`,
      'Serve it with a certificate of a public authority, of that name, not expired, with its whole chain',
    ],
    timed_out: [
      'timed_out',
      `${host} did not answer whole within 4 seconds`,
      'See what holds it up: people wait for these answers at every sign-in',
    ],
    too_large: [
      'document_too_large',
      `the answer of ${url} is larger than 256 kB`,
      'Remove what does not belong there, such as keys that no longer sign',
    ],
    url_not_allowed: [
      'url_not_https',
      `${url} is no https URL without user information and fragment`,
      'Let the provider be reached by https, and let it publish https URLs: behind a proxy it has to be told its public name',
    ],
    address_not_allowed: [
      'address_not_public',
      `${host} leads to an address that is not public`,
      'Give it a public address: nothing inside a network is ever asked',
    ],
  };
  const [code, what, fix] = told[why];
  return error(code, { what: `${name} cannot be had: ${what}`, why: without, fix: `${fix}.` });
}

function otherStatus(
  status: number,
  location: string | undefined,
  { name, url }: Wanted,
  { profile }: LookedAt,
): Finding {
  const { issuer } = settingsOf[profile];
  if (status >= 500 || status === 429) {
    return error('provider_down', {
      what: `${name} cannot be had: ${url} answers ${status}`,
      why: without,
      fix:
        status === 429
          ? 'It is asked too often: wait, and ask its operator for a higher limit.'
          : 'See what is wrong with the provider, or wait until it is up again.',
    });
  }
  if (status >= 300 && status < 400) {
    return error('redirected', {
      what: `${name} is elsewhere: ${url} redirects to ${originOf(location)}`,
      why: 'Redirects are not followed: who is redirected may be led anywhere.',
      fix: `Write the issuer that it redirects to, if the provider names itself so: ${issuer}`,
    });
  }
  return error('document_not_found', {
    what: `${name} is not there: ${url} answers ${status}`,
    why: without,
    fix: `Write the issuer exactly as the provider does, without the path of the document: ${issuer}`,
  });
}

function originOf(location: string | undefined): string {
  return URL.parse(location ?? '')?.origin ?? 'another place';
}
