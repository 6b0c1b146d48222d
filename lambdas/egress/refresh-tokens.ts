import type { EgressProvider, OAuthEgress } from '../ports/egress-providers.ts';
import type { Result } from '../runtime/result.ts';
import type { Secret } from '../runtime/secret.ts';
import { askTokens, type AskingPorts } from './ask-tokens.ts';
import type { GivenTokens } from './read-answer.ts';
import type { ThirdPartyRefusal } from './refusal.ts';
import { tokenRequest } from './token-request.ts';

/** RFC 6749 §6: another access token, of those scopes where fewer are wanted than were granted. */
export function refreshTokens(
  ports: AskingPorts,
  provider: EgressProvider,
  credential: OAuthEgress,
  { grant, scopes }: { readonly grant: Secret; readonly scopes?: readonly string[] },
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const parameters = {
    ...{ grant_type: 'refresh_token', refresh_token: grant.reveal() },
    ...(scopes && { scope: scopes.join(credential.scopeSeparator) }),
  };
  return askTokens(ports, provider, {
    ...{ needsSecret: credential.clientAuthentication !== 'none', shape: credential.answer, of: 'refresh' },
    request: (secret) => tokenRequest(credential, parameters, secret),
  });
}

/** RFC 6749 §4.1.3, RFC 7636 §4.5: the code, and what proves that it was asked for here. */
export function codeTokens(
  ports: AskingPorts,
  provider: EgressProvider,
  credential: OAuthEgress,
  back: { readonly code: string; readonly codeVerifier: string; readonly redirectUri: string },
): Promise<Result<GivenTokens, ThirdPartyRefusal>> {
  const parameters = {
    ...{ grant_type: 'authorization_code', code: back.code },
    ...{ redirect_uri: back.redirectUri, code_verifier: back.codeVerifier },
  };
  return askTokens(ports, provider, {
    ...{ needsSecret: credential.clientAuthentication !== 'none', shape: credential.answer, of: 'code' },
    request: (secret) => tokenRequest(credential, parameters, secret),
  });
}
