import type { RegistrationToken, RegistrationTokens } from '../../ports/registration-tokens.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import { isRegistrationTokenId } from '../../runtime/registration-token-id.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import type { RegistrationRefusal } from './refusal.ts';

/**
 * RFC 7591 §3: who may register is who presents an initial access token. Whether it has a use left is decided only when
 * it is counted, together with what it registers.
 */
export async function admit(
  tokens: RegistrationTokens,
  presented: Secret | undefined,
  now: Instant,
): Promise<Result<RegistrationToken, RegistrationRefusal>> {
  if (presented === undefined) return refuse({ reason: 'initial_access_token_missing' });
  const value = presented.reveal();
  const [id = ''] = value.split('.', 1);
  const found = isRegistrationTokenId(id) ? await tokens.find(id) : undefined;
  if (found === undefined || !sameDigest(found.digest, sha256(value))) {
    return refuse({ reason: 'initial_access_token_unknown' });
  }
  return now < found.expiresAt
    ? ok(found)
    : refuse({ reason: 'initial_access_token_expired', registrationTokenId: found.id });
}
