import { compactVerify, decodeProtectedHeader, type JWK } from 'jose';
import * as v from 'valibot';
import { type IdTokenAlgorithm, idTokenAlgorithms } from '../../oauth/people/id-token.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { ProviderDocuments, ProviderKeys } from './provider-documents.ts';

/** As many keys as are tried for an id_token that does not name its key. */
const mostCandidates = 10;

const header = v.object({ alg: v.picklist(idTokenAlgorithms), kid: v.exactOptional(v.string()) });

/** Which algorithm an id_token is signed by, if it is by a key that may sign it; what is wrong otherwise. */
export async function signedIdToken(
  documents: ProviderDocuments,
  idToken: string,
  maySign: (key: Readonly<Record<string, unknown>>) => boolean,
): Promise<Result<IdTokenAlgorithm, string>> {
  const read = v.safeParse(header, headerOf(idToken));
  if (!read.success) return refuse('id_token is signed by an algorithm that is not taken');
  const { alg, kid } = read.output;
  const fitting = (keys: ProviderKeys): readonly JWK[] =>
    (keys as readonly JWK[])
      .filter((key) => fits(key, alg) && (kid === undefined || key.kid === kid) && maySign({ ...key }))
      .slice(0, mostCandidates);
  let keys = fitting(await documents.keys((all) => fitting(all).length > 0));
  for (const key of keys) {
    if (await isSignedBy(key, idToken, alg)) return ok(alg);
  }
  // A provider may put another key under the same name, or give its keys none: what is there now decides.
  if (keys.length > 0) keys = fitting(await documents.keys(changedSince(keys)));
  for (const key of keys) {
    if (await isSignedBy(key, idToken, alg)) return ok(alg);
  }
  return refuse('id_token is signed by no key of the provider');
}

function changedSince(tried: readonly JWK[]): (keys: ProviderKeys) => boolean {
  return (keys) => !tried.every((key) => (keys as readonly JWK[]).includes(key));
}

function headerOf(idToken: string): unknown {
  try {
    return decodeProtectedHeader(idToken);
  } catch {
    return undefined;
  }
}

/** RFC 7517 §4.4: a key made for another algorithm is not one to verify with; nor, as jose has it, one for another use. */
function fits({ kty, alg }: JWK, algorithm: IdTokenAlgorithm): boolean {
  const type = /^[RP]S/.test(algorithm) ? 'RSA' : algorithm.startsWith('ES') ? 'EC' : 'OKP';
  return kty === type && (alg === undefined || alg === algorithm || type === 'OKP');
}

async function isSignedBy(key: JWK, idToken: string, algorithm: IdTokenAlgorithm): Promise<boolean> {
  try {
    await compactVerify(idToken, { ...key, alg: algorithm }, { algorithms: [algorithm] });
    return true;
  } catch {
    return false;
  }
}
