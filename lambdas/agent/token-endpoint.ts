import { type IssuedToken, readTokenAnswer } from '../token-client/token-answer.ts';
import type { ClientCredential } from './clients.ts';
import { AgentError } from './errors.ts';
import type { Ask } from './questions.ts';

/** Asks an issuer for a token. Rejects with an `AgentError` that says whether asking again can help. */
export type AskToken = (
  issuer: string,
  client: ClientCredential,
  grantType: string,
  parameters: Readonly<Record<string, string>>,
) => Promise<IssuedToken>;

/** `wanted`: how the tokens are to be presented. */
export function tokenEndpoint(ask: Ask, wanted: 'Bearer' | 'DPoP'): AskToken {
  return (issuer, credential, grantType, parameters) =>
    ask(issuer, {
      ...{ credential, grantType, parameters: new URLSearchParams(parameters) },
      read: (response, asked) => issued(issuer, response, { wanted, asked }),
    });
}

export async function issued(
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
