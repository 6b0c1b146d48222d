import type { EgressProvider, OAuthEgress } from '../ports/egress-providers.ts';
import type { ThirdPartyAnswer } from '../ports/third-parties.ts';
import type { Instant } from '../runtime/clock.ts';
import { answerMembers } from './answer-members.ts';
import { answerTo, type AskingPorts } from './ask-tokens.ts';
import { errorIn, refusalIn } from './refusal.ts';
import { withPause } from './retry-after.ts';
import { type AskedRevocation, revocationRequest, type RevocationTokens } from './revocation-request.ts';

/**
 * What the third party says of a connection that is to be no more. `answer`: that it is revoked; `gone`: that it was no more already.
 * `refused`: it does not take what we proved ourselves by. `unknown`: it knows nothing of what it was asked to revoke.
 */
export type RevocationAnswer =
  | { readonly kind: 'proved'; readonly proof: 'answer' | 'gone' }
  | { readonly kind: 'refused' | 'unknown'; readonly error: string }
  /** `notBefore`: until then it wants to be left alone. */
  | { readonly kind: 'failed'; readonly error: string; readonly notBefore?: Instant };

/** Asks a third party to revoke, once; again where a secret of ours is not taken, which somebody may have changed. */
export async function askRevocation(
  ports: AskingPorts,
  provider: EgressProvider,
  credential: OAuthEgress,
  revocation: AskedRevocation,
  tokens: RevocationTokens,
): Promise<RevocationAnswer> {
  const ask = async (): Promise<RevocationAnswer> => {
    const isByClient = revocation.kind === 'rfc7009' || revocation.authentication === 'client';
    const needsSecret = isByClient && credential.clientAuthentication !== 'none';
    const secret = needsSecret ? await ports.secrets.current(provider.id) : undefined;
    const request = revocationRequest(credential, revocation, tokens, secret);
    const answer = await answerTo(() => ports.ask(provider.id, request));
    if (answer === undefined) return { kind: 'failed', error: 'not_answered' };
    // RFC 7009 §2.2.1: it says when to ask again.
    return withPause(readRevocation(revocation, answer), answer, ports.clock());
  };
  const first = await ask();
  if (first.kind !== 'refused') return first;
  ports.secrets.doubt(provider.id);
  return ask();
}

const notThere: ReadonlySet<number> = new Set([404, 410, 422]);

function readRevocation(
  revocation: AskedRevocation,
  { status, contentType, text }: ThirdPartyAnswer,
): RevocationAnswer {
  const members = answerMembers(contentType, text);
  const error = errorIn(members);
  const why = (): RevocationAnswer => {
    const refusal = refusalIn(status, members);
    const isRefused = status === 401 || refusal.kind === 'ours';
    return { kind: isRefused ? 'refused' : 'failed', error: refusal.error };
  };
  if (revocation.kind === 'rfc7009') {
    // RFC 7009 §2.2: one that it does not know is answered in the same way. Some say an error all the same.
    if (status === 200 && error === undefined) return { kind: 'proved', proof: 'answer' };
    return error === 'invalid_token' || error === 'invalid_grant' ? { kind: 'proved', proof: 'gone' } : why();
  }
  const { done, okMember, gone } = revocation;
  if (error !== undefined && gone.includes(error)) return { kind: 'proved', proof: 'gone' };
  const saysSo = okMember === undefined || members[okMember] === true;
  if (done.includes(status) && saysSo) return { kind: 'proved', proof: 'answer' };
  return notThere.has(status) ? { kind: 'unknown', error: `status_${status}` } : why();
}
