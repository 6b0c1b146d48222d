import type { EgressProvider, OAuthEgress } from '../ports/egress-providers.ts';
import type { ThirdPartyAnswer } from '../ports/third-parties.ts';
import type { Instant } from '../runtime/clock.ts';
import { answerMembers } from './answer-members.ts';
import { answerTo, type AskingPorts } from './ask-tokens.ts';
import { errorIn, refusalIn } from './refusal.ts';
import { withPause } from './retry-after.ts';
import {
  type AskedRevocation,
  checkRequest,
  revocationRequest,
  type RevocationTokens,
} from './revocation-request.ts';

/**
 * What the third party says of a connection that is to be no more. `answer`: that it is revoked; `gone`: that it was no more already.
 * `refused`: it does not take what we proved ourselves by. `unknown`: it knows nothing of what it was asked to revoke.
 */
export type RevocationAnswer =
  | { readonly kind: 'proved'; readonly proof: 'answer' | 'gone' }
  | { readonly kind: 'refused' | 'unknown'; readonly error: string }
  /** `notBefore`: until then it wants to be left alone. */
  | { readonly kind: 'failed'; readonly error: string; readonly notBefore?: Instant };

interface Asked {
  readonly provider: EgressProvider;
  readonly credential: OAuthEgress;
  readonly tokens: RevocationTokens;
}

/** Asks a third party to revoke, once; again where a secret of ours is not taken, which somebody may have changed. */
export async function askRevocation(
  ports: AskingPorts,
  provider: EgressProvider,
  credential: OAuthEgress,
  revocation: AskedRevocation,
  tokens: RevocationTokens,
): Promise<RevocationAnswer> {
  const asked = { provider, credential, tokens };
  const ask = async (): Promise<RevocationAnswer> => {
    const answer = await answerOf(ports, asked, revocation);
    return answer.kind === 'unknown' ? ((await checked(ports, asked, revocation)) ?? answer) : answer;
  };
  const first = await ask();
  if (first.kind !== 'refused') return first;
  ports.secrets.doubt(provider.id);
  return ask();
}

async function answerOf(
  ports: AskingPorts,
  { provider, credential, tokens }: Asked,
  revocation: AskedRevocation,
): Promise<RevocationAnswer> {
  const isByClient = revocation.kind === 'rfc7009' || revocation.authentication === 'client';
  const needsSecret = isByClient && credential.clientAuthentication !== 'none';
  const secret = needsSecret ? await ports.secrets.current(provider.id) : undefined;
  const request = revocationRequest(credential, revocation, tokens, secret);
  const answer = await answerTo(() => ports.ask(provider.id, request));
  if (answer === undefined) return { kind: 'failed', error: 'not_answered' };
  // RFC 7009 §2.2.1: it says when to ask again.
  return withPause(readRevocation(revocation, answer), answer, ports.clock());
}

/** What is known then of the token that it knows nothing of; undefined where it does not say. No secret of ours has a part in that. */
async function checked(
  ports: AskingPorts,
  { provider, credential, tokens }: Asked,
  revocation: AskedRevocation,
): Promise<RevocationAnswer | undefined> {
  const url = revocation.kind === 'api' ? revocation.checkUrl : undefined;
  // Where another token is had by a refresh token, one that is none proves nothing.
  if (url === undefined || tokens.access === undefined || tokens.refresh !== undefined) return undefined;
  const answer = await answerTo(() => ports.ask(provider.id, checkRequest(credential, url, tokens)));
  // RFC 6750 §3.1
  if (answer?.status === 401) return { kind: 'proved', proof: 'gone' };
  const why = answer && withPause(whyNot(answer), answer, ports.clock());
  return why?.notBefore === undefined ? undefined : { ...why, kind: 'failed' };
}

const notThere: ReadonlySet<number> = new Set([404, 410, 422]);

function readRevocation(revocation: AskedRevocation, answer: ThirdPartyAnswer): RevocationAnswer {
  const { status, contentType, text } = answer;
  const members = answerMembers(contentType, text);
  const error = errorIn(members);
  if (revocation.kind === 'rfc7009') {
    // RFC 7009 §2.2: one that it does not know is answered in the same way. Some say an error all the same.
    if (status === 200 && error === undefined) return { kind: 'proved', proof: 'answer' };
    return error === 'invalid_token' || error === 'invalid_grant'
      ? { kind: 'proved', proof: 'gone' }
      : whyNot(answer);
  }
  const { done, okMember, gone } = revocation;
  if (error !== undefined && gone.includes(error)) return { kind: 'proved', proof: 'gone' };
  const saysSo = okMember === undefined || members[okMember] === true;
  if (done.includes(status) && saysSo) return { kind: 'proved', proof: 'answer' };
  return notThere.has(status) ? { kind: 'unknown', error: `status_${status}` } : whyNot(answer);
}

function whyNot({ status, contentType, text }: ThirdPartyAnswer): {
  readonly kind: 'refused' | 'failed';
  readonly error: string;
} {
  const { kind, error } = refusalIn(status, answerMembers(contentType, text));
  return { kind: status === 401 || kind === 'ours' ? 'refused' : 'failed', error };
}
