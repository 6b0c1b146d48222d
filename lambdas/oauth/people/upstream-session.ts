import type { IdentityProvider } from '../../ports/identity-providers.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { UpstreamSession } from '../../runtime/identifiers.ts';

/**
 * The session that a token of an identity provider is of, where it tells (`sid`, OIDC Back-Channel Logout §2.1). NUL
 * stands in no id of a provider of ours, so no two sessions share a name.
 */
export function upstreamSession(
  { id, issuer }: Pick<IdentityProvider, 'id' | 'issuer'>,
  { sid }: Readonly<Record<string, unknown>>,
): UpstreamSession | undefined {
  const isTold = typeof sid === 'string' && sid !== '' && sid.length <= 1_024;
  return isTold ? (sha256(`${id}\0${issuer}\0${sid}`) as UpstreamSession) : undefined;
}
