import { decodeJwt, decodeProtectedHeader } from 'jose';
import { judgeLogoutToken } from '../../oauth/people/logout-token.ts';
import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { LogoutNotice } from '../../ports/people.ts';
import { after, type Clock, type Instant, instant } from '../../runtime/clock.ts';
import { refuse, type Result } from '../../runtime/result.ts';
import { signedIdToken } from './id-tokens.ts';
import type { ProviderDocuments } from './provider-documents.ts';

/** Anybody may bring a token: its keys are fetched anew no more often than this. Seconds. */
const patience = 30;

/** Judges a logout token: first what it says, and only then by the keys of the provider whose it would be. */
export async function readLogoutToken(
  { idp, documents }: { readonly idp: IdentityProvider; readonly documents: ProviderDocuments },
  token: string,
  now: Instant,
): Promise<Result<LogoutNotice, string>> {
  const read = readToken(token);
  if (read === undefined) return refuse('it is no signed JWT');
  const judged = judgeLogoutToken(idp, read, now);
  if (!judged.ok) return judged;
  const signed = await signedIdToken(documents, token, (key) =>
    profileOf(idp).issuers.ownsKey(idp, key, read.claims),
  );
  return signed.ok ? judged : refuse('it is signed by no key of the provider');
}

/** The documents of a provider for those who prove nothing: what they lack is not fetched for each of them. */
export function patientDocuments(documents: ProviderDocuments, clock: Clock): ProviderDocuments {
  let fetchedAt = instant(0);
  return {
    ...documents,
    keys: (enough) =>
      documents.keys((keys) => {
        const now = clock();
        if (enough(keys) || now < after(fetchedAt, patience)) return true;
        fetchedAt = now;
        return false;
      }),
  };
}

function readToken(token: string) {
  try {
    const header: Readonly<Record<string, unknown>> = { ...decodeProtectedHeader(token) };
    const claims: Readonly<Record<string, unknown>> = decodeJwt(token);
    return { header, claims };
  } catch {
    return undefined;
  }
}
