import { compactVerify, decodeProtectedHeader } from 'jose';
import * as v from 'valibot';
import type { KeyRing, SigningKey } from '../../ports/signing.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { isPublished } from './key-ring.ts';

const headerShape = v.object({
  alg: v.string(),
  typ: v.string(),
  kid: v.string(),
  crit: v.optional(v.never()),
});

/** The claims of a JWT that a published key of ours has signed, as a JWT of that type; what they say is not judged. */
export async function ownJwt(
  token: string,
  { typ, ring }: { readonly typ: string; readonly ring: KeyRing },
  now: Instant,
): Promise<Result<unknown, 'of_another_type' | 'key_not_published' | 'not_signed_by_us'>> {
  const header = v.safeParse(headerShape, headerOf(token));
  // RFC 8725 §3.11: another kind of JWT under the same key is not what is asked for.
  if (!header.success || header.output.typ !== typ) return refuse('of_another_type');
  const { kid, alg } = header.output;
  const key = ring.keys.find((candidate) => candidate.kid === kid && isPublished(candidate, now));
  if (key?.algorithm !== alg) return refuse('key_not_published');
  const payload = await signedPayload(token, key);
  return payload === undefined ? refuse('not_signed_by_us') : ok(payload);
}

function headerOf(token: string): unknown {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

async function signedPayload(token: string, { publicJwk, algorithm }: SigningKey): Promise<unknown> {
  try {
    const { payload } = await compactVerify(
      token,
      { ...publicJwk, alg: algorithm },
      { algorithms: [algorithm] },
    );
    return JSON.parse(Buffer.from(payload).toString());
  } catch {
    return undefined;
  }
}
