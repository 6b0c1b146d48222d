import * as oauth from 'oauth4webapi';
import { readRefusal } from '../token-client/refusal-answer.ts';
import { retryAfterOf } from '../token-client/retry-after.ts';
import { type IssuedToken, readTokenAnswer } from '../token-client/token-answer.ts';
import type { ClientCredential } from './clients.ts';
import type { FindServer } from './discovery.ts';
import { AgentError, refusalError, TemporarilyUnavailable } from './errors.ts';
import { shortestPause } from './patience.ts';
import { answerMilliseconds, overLoopback, type Wire } from './wire.ts';

/** Asks an issuer for a token. Rejects with an `AgentError` that says whether asking again can help. */
export type AskToken = (
  issuer: string,
  client: ClientCredential,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
) => Promise<IssuedToken>;

export interface TokenEndpointOptions {
  readonly wire: Wire;
  readonly findServer: FindServer;
  /** The key that tokens are to be bound to. */
  readonly dpop: oauth.DPoPHandle | undefined;
  /** For how long, in all, one question waits where the server asks for patience. */
  readonly patienceSeconds: number;
}

export function tokenEndpoint({ wire, findServer, dpop, patienceSeconds }: TokenEndpointOptions): AskToken {
  /** Until when each issuer asked to be left alone, by everybody here. */
  const pauses = new Map<string, number>();

  async function waitOut(issuer: string, deadline: number): Promise<void> {
    const until = pauses.get(issuer) ?? 0;
    const now = wire.now();
    if (until > deadline) throw new TemporarilyUnavailable(issuer, Math.ceil(until - now));
    if (until > now) await wire.wait(until - now);
  }

  return async (issuer, credential, grantType, parameters) => {
    const server = await findServer(issuer);
    const deadline = wire.now() + patienceSeconds;
    let told = false;
    for (;;) {
      await waitOut(issuer, deadline);
      const answer = await ask(wire, server, { credential, grantType, parameters, dpop });
      if (answer.kind === 'issued') return answer.token;
      if (answer.kind === 'unavailable') {
        if (answer.pause === undefined) throw new TemporarilyUnavailable(issuer);
        pauses.set(issuer, wire.now() + Math.max(shortestPause, answer.pause));
      } else if (answer.refusal.error === 'use_dpop_nonce' && dpop !== undefined && !told) {
        // RFC 9449 §8: the nonce came along, and goes into the next proof.
        told = true;
      } else {
        throw refusalError(issuer, answer.refusal);
      }
    }
  };
}

interface Question {
  readonly credential: ClientCredential;
  readonly grantType: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly dpop: oauth.DPoPHandle | undefined;
}

type Answer =
  | { readonly kind: 'issued'; readonly token: IssuedToken }
  | { readonly kind: 'refused'; readonly refusal: NonNullable<Awaited<ReturnType<typeof readRefusal>>> }
  | { readonly kind: 'unavailable'; readonly pause: number | undefined };

/** One request. Rejects for what proves the client only: where that comes from is the agent's own affair. */
async function ask(wire: Wire, server: oauth.AuthorizationServer, question: Question): Promise<Answer> {
  const { credential, grantType, parameters, dpop } = question;
  // oauth4webapi wants a name for every client; those that prove theirs otherwise never send it.
  const client = { client_id: credential.clientId ?? 'unnamed' };
  const asked = wire.now();
  const wired: { sent: RequestInit; lost: boolean } = { sent: {}, lost: false };
  const options = {
    signal: AbortSignal.timeout(answerMilliseconds),
    [overLoopback]: true,
    [oauth.customFetch]: async (url: string, init: RequestInit) => {
      wired.sent = init;
      return wire.fetch(url, init).catch(() => {
        wired.lost = true;
        return Response.error();
      });
    },
    ...(dpop !== undefined && { DPoP: dpop }),
  };
  const request = [server, client, credential.prove, grantType, { ...parameters }, options] as const;
  const response = await oauth.genericTokenEndpointRequest(...request);
  if (wired.lost) return { kind: 'unavailable', pause: undefined };
  if (response.status === 200) {
    const wanted = dpop === undefined ? 'Bearer' : 'DPoP';
    return { kind: 'issued', token: await issued(server.issuer, response, { wanted, asked }) };
  }
  const pause = retryAfterOf(response, wire.now());
  const busy = response.status === 503 || response.status === 429;
  const refusal = busy ? undefined : await readRefusal(response, wired.sent);
  if (refusal !== undefined && response.status < 500) return { kind: 'refused', refusal };
  await response.body?.cancel().catch(() => undefined);
  return { kind: 'unavailable', pause: busy ? pause : undefined };
}

async function issued(
  issuer: string,
  response: Response,
  question: Parameters<typeof readTokenAnswer>[1],
): Promise<IssuedToken> {
  const answer = await readTokenAnswer(response, question);
  if (answer.kind === 'issued') return answer.token;
  throw new AgentError(
    answer.kind === 'no_token'
      ? `${issuer} answered with something that is no token`
      : `${issuer} issued a token of the type ${answer.type}, and ${question.wanted} was asked`,
  );
}
