import { noAnswerOf } from '../../../lambdas/oauth/people/diagnosis/no-answer.ts';
import type { NoAnswer, Seen } from '../../../lambdas/ports/diagnosis.ts';

const timeLimitMilliseconds = 4_000;
const maximumBytes = 262_144;

/** Looks at what a provider answers, from this machine, as the deployment does: no redirect, 4 seconds, 256 kB. */
export async function lookFromHere(address: string): Promise<Seen> {
  if (!isAllowed(address)) return unanswered('url_not_allowed');
  const signal = AbortSignal.timeout(timeLimitMilliseconds);
  try {
    const headers = { accept: 'application/json', 'user-agent': 'vestibule' };
    const response = await fetch(address, { redirect: 'manual', headers, signal });
    const body = await textOf(response);
    if (body === undefined) return unanswered('too_large');
    return {
      kind: 'answer',
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body,
    };
  } catch (error) {
    if (signal.aborted) return unanswered('timed_out');
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    return unanswered(noAnswerOf(cause?.code));
  }
}

/** Whether an issuer can be looked at: https, or a provider on this machine. */
export function isAllowed(address: string): boolean {
  const url = URL.parse(address);
  if (url?.username !== '' || url.password !== '' || url.hash !== '') return false;
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (isHere && url.protocol === 'http:');
}

async function textOf(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function unanswered(why: NoAnswer): Seen {
  return { kind: 'no_answer', why };
}
