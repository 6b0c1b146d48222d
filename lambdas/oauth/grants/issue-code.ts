import type { CodeBinding, Grants, GrantTerms } from '../../ports/grants.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { GrantId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { Secret } from '../../runtime/secret.ts';

/** RFC 6749 §4.1.2: a code is for the next moment. Seconds. */
export const codeSeconds = 60;

/** The id of a grant that is to be made: what is kept for it elsewhere needs it before. */
export function newGrantId(random: Random): GrantId {
  return random(16) as GrantId;
}

/**
 * Makes a grant of what a person granted, with the code by which the client gets its tokens: `<grant id>.<secret>`. Only
 * its digest is kept.
 */
export async function issueCode(
  { grants, random }: { readonly grants: Pick<Grants, 'create'>; readonly random: Random },
  { terms, binding }: { readonly terms: GrantTerms; readonly binding: CodeBinding },
  now: Instant,
): Promise<Secret> {
  const secret = random(32);
  await grants.create({
    terms,
    createdAt: now,
    code: { ...binding, digest: sha256(secret), expiresAt: after(now, codeSeconds) },
  });
  return new Secret(`${terms.id}.${secret}`);
}
