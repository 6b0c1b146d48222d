import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { AuthorizationServer } from 'oauth4webapi';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Talk } from './provider-talk.ts';

/**
 * The provider with the issuer that the id_token of an answer has to be of. Nothing of it is verified yet: it may be refused
 * for what it says, and is believed in nothing.
 */
export async function judgedIssuer(
  { as, idp, profile }: Pick<Talk, 'as' | 'idp' | 'profile'>,
  answer: Response,
): Promise<Result<AuthorizationServer, string>> {
  const token = readToken(await idTokenIn(answer));
  // What cannot be read is the library's to refuse.
  if (token === undefined) return ok(as);
  const problem = profile.idTokenProblem(token.header, token.claims);
  if (problem !== undefined) return refuse(problem);
  const issuer = profile.issuers.ofToken(idp, token.claims);
  return issuer === undefined
    ? refuse('the id_token is of no tenant of the provider: tid')
    : ok({ ...as, issuer });
}

async function idTokenIn(answer: Response): Promise<unknown> {
  try {
    return ((await answer.json()) as { readonly id_token?: unknown } | null)?.id_token;
  } catch {
    return undefined;
  }
}

function readToken(idToken: unknown) {
  if (typeof idToken !== 'string') return undefined;
  try {
    const header: Readonly<Record<string, unknown>> = { ...decodeProtectedHeader(idToken) };
    return { header, claims: decodeJwt(idToken) };
  } catch {
    return undefined;
  }
}
