import { type IssuedToken, readTokenAnswer, type TokenAnswer } from '../token-client/token-answer.ts';
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
      read: async (response, asked) =>
        issuedBy(issuer, await readTokenAnswer(response, { wanted, asked }), wanted),
    });
}

/** Throws for what is no token, and for one that could not be presented as it was wanted. */
export function issuedBy(issuer: string, answer: TokenAnswer, wanted: 'Bearer' | 'DPoP'): IssuedToken {
  if (answer.kind === 'issued') return answer.token;
  throw new AgentError(
    answer.kind === 'no_token'
      ? `${issuer} answered with something that is no token`
      : `${issuer} issued a token of the type ${answer.type}, and ${wanted} was asked`,
  );
}
