import * as oauth from 'oauth4webapi';
import { readRefusal, type Refusal } from '../token-client/refusal-answer.ts';
import { retryAfterOf } from '../token-client/retry-after.ts';
import type { ClientCredential } from './clients.ts';
import type { FindServer } from './discovery.ts';
import { refusalError, TemporarilyUnavailable } from './errors.ts';
import { shortestPause } from './patience.ts';
import { answerMilliseconds, overLoopback, type Wire } from './wire.ts';

/** A form that a client sends to its authorization server. */
export interface Question<Answer> {
  readonly credential: ClientCredential;
  /** Absent where the address says what is asked. */
  readonly grantType?: string;
  readonly parameters: URLSearchParams;
  /** Where it goes. Default: the token endpoint. */
  readonly at?: (server: oauth.AuthorizationServer) => string;
  /** Reads an answer of a status below 300. `asked`: when, in seconds since 1970. */
  readonly read: (response: Response, asked: number) => Promise<Answer>;
  /** The error of a refusal that says more than RFC 6749 §5.2 has words for. */
  readonly refused?: (body: unknown, refusal: Refusal) => Error | undefined;
}

/** Rejects with an `AgentError` that says whether asking again can help. */
export type Ask = <Answer>(issuer: string, question: Question<Answer>) => Promise<Answer>;

export interface AskOptions {
  readonly wire: Wire;
  readonly findServer: FindServer;
  /** The key that is proven with each question. */
  readonly dpop: oauth.DPoPHandle | undefined;
  /** For how long, in all, one question waits where the server asks for patience. */
  readonly patienceSeconds: number;
}

export function asking({ wire, findServer, dpop, patienceSeconds }: AskOptions): Ask {
  /** Until when each issuer asked to be left alone, by everybody here. */
  const pauses = new Map<string, number>();

  async function waitOut(issuer: string, deadline: number): Promise<void> {
    const until = pauses.get(issuer) ?? 0;
    const now = wire.now();
    if (until > deadline) throw new TemporarilyUnavailable(issuer, Math.ceil(until - now));
    if (until > now) await wire.wait(until - now);
  }

  return async (issuer, question) => {
    const server = await findServer(issuer);
    const deadline = wire.now() + patienceSeconds;
    let told = false;
    for (;;) {
      await waitOut(issuer, deadline);
      const reply = await ask(wire, server, dpop, question);
      if (reply.kind === 'answer') return reply.answer;
      if (reply.kind === 'unavailable') {
        if (reply.pause === undefined) throw new TemporarilyUnavailable(issuer);
        pauses.set(issuer, wire.now() + Math.max(shortestPause, reply.pause));
      } else if (reply.refusal.error === 'use_dpop_nonce' && dpop !== undefined && !told) {
        // RFC 9449 §8: the nonce came along, and goes into the next proof.
        told = true;
      } else {
        throw question.refused?.(reply.body, reply.refusal) ?? refusalError(issuer, reply.refusal);
      }
    }
  };
}

type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly body: unknown }
  | { readonly kind: 'unavailable'; readonly pause: number | undefined };

/** One request. Rejects for what proves the client only: where that comes from is the agent's own affair. */
async function ask<Answer>(
  wire: Wire,
  server: oauth.AuthorizationServer,
  dpop: oauth.DPoPHandle | undefined,
  question: Question<Answer>,
): Promise<Reply<Answer>> {
  const asked = wire.now();
  const wired: { sent: RequestInit; lost: boolean } = { sent: {}, lost: false };
  const response = await send(server, dpop, question, async (url, init) => {
    wired.sent = init;
    return wire.fetch(url, init).catch(() => {
      wired.lost = true;
      return Response.error();
    });
  });
  if (wired.lost) return { kind: 'unavailable', pause: undefined };
  if (response.ok) return { kind: 'answer', answer: await question.read(response, asked) };
  const pause = retryAfterOf(response, wire.now());
  const busy = response.status === 503 || response.status === 429;
  const whole = question.refused === undefined || busy ? undefined : response.clone();
  const refusal = busy ? undefined : await readRefusal(response, wired.sent);
  if (refusal !== undefined && response.status < 500) {
    return { kind: 'refused', refusal, body: await whole?.json().catch(() => undefined) };
  }
  await response.body?.cancel().catch(() => undefined);
  return { kind: 'unavailable', pause: busy ? pause : undefined };
}

function send<Answer>(
  server: oauth.AuthorizationServer,
  dpop: oauth.DPoPHandle | undefined,
  { credential, grantType, parameters, at }: Question<Answer>,
  fetch: (url: string, init: RequestInit) => Promise<Response>,
): Promise<Response> {
  const addressed = at === undefined ? server : { ...server, token_endpoint: at(server) };
  // oauth4webapi wants a name for every client; those that prove theirs otherwise never send it.
  const client = { client_id: credential.clientId ?? 'unnamed' };
  const options = {
    signal: AbortSignal.timeout(answerMilliseconds),
    [overLoopback]: true,
    [oauth.customFetch]: (url: string, init: RequestInit) => {
      // It wants a grant for every question, too.
      if (grantType === undefined && init.body instanceof URLSearchParams) init.body.delete('grant_type');
      return fetch(url, init);
    },
    ...(dpop !== undefined && { DPoP: dpop }),
  };
  return oauth.genericTokenEndpointRequest(
    ...[addressed, client, credential.prove, grantType ?? 'none', parameters, options],
  );
}
