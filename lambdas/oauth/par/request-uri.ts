import { sha256 } from '../../runtime/digest.ts';
import type { Random } from '../../runtime/random.ts';
import { Secret } from '../../runtime/secret.ts';

/** RFC 9126 §2.2. */
const prefix = 'urn:ietf:params:oauth:request_uri:';

/** From the push to the browser that opens it. RFC 9126 §2.2: 5 to 600 seconds are usual. */
export const pushedSeconds = 90;

/** A `request_uri` that nobody can guess, and the id under which its request is kept. */
export function newRequestUri(random: Random): { readonly uri: Secret; readonly id: string } {
  const reference = random(32);
  return { uri: new Secret(`${prefix}${reference}`), id: sha256(reference) };
}

/** The id of the request that a `request_uri` stands for; undefined for a URI that is none of ours. */
export function pushedIdOf(requestUri: string | undefined): string | undefined {
  const reference = requestUri?.startsWith(prefix) === true ? requestUri.slice(prefix.length) : undefined;
  return reference === undefined ? undefined : sha256(reference);
}

/** Beside the parameters of a request as text. No request has it: what nobody knows is not written. */
const mark = 'pushed_request';

/** The text of a request, with the id under which it was pushed. */
export function writtenAsPushed(written: string, id: string): string {
  return `${written}&${mark}=${id}`;
}

/** The id that a request as text was pushed under, if it was. */
export function pushedIn(written: string): string | undefined {
  return new URLSearchParams(written).get(mark) ?? undefined;
}
