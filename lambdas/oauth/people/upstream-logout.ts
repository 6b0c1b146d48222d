import type { IdentityProvider, IdentityProviders } from '../../ports/identity-providers.ts';
import type { LogoutTokens } from '../../ports/logout-tokens.ts';
import type { LogoutNotice, UpstreamLogouts } from '../../ports/people.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import { sha256 } from '../../runtime/digest.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { isEnrollable } from '../enrolment/document-enrolment.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { LimitRefusal } from '../refusal.ts';
import type { PersonPorts } from './end-person.ts';
import { signOut } from './sign-out.ts';

export interface UpstreamLogoutPorts extends PersonPorts {
  readonly idps: IdentityProviders;
  readonly logouts: Pick<UpstreamLogouts, 'read'>;
  readonly tokens: LogoutTokens;
  /** Whoever brings a token that is none counts. */
  readonly limit: AddressLimit;
  readonly audit: Audit;
}

export interface UpstreamLogoutRequest {
  /** Whose endpoint it is, as its path says. */
  readonly idp: string;
  /** The client of its own there to which it is told; absent: that of the deployment. */
  readonly enrolled?: string;
  readonly token: string | undefined;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export type UpstreamLogoutRefusal =
  | LimitRefusal
  | { readonly reason: 'idp_unknown' }
  | { readonly reason: 'logout_token_missing' }
  | { readonly reason: 'logout_token_invalid'; readonly problem: string }
  | { readonly reason: 'logout_token_used' };

/** A longer one is none. Characters. */
const longestToken = 16_384;

/**
 * OIDC Back-Channel Logout §2.5, §2.6: an identity provider tells that a person, or one session of theirs, has signed out
 * there. Whose word it is, that it was not used before, what it ends, and only then the mark: where something fails on the
 * way, the provider may say the same again.
 */
export function upstreamLogout(
  ports: UpstreamLogoutPorts,
): (request: UpstreamLogoutRequest, now: Instant) => Promise<Result<undefined, UpstreamLogoutRefusal>> {
  return async (request, now) => {
    const { requestId, sourceAddress } = request;
    const outcome = await decide(ports, request, now);
    if (outcome.ok) return ok(undefined);
    const { refusal } = outcome;
    if (refusal.reason !== 'too_many_requests') await ports.limit.count(sourceAddress, now);
    ports.audit({
      event: 'upstream_logout_refused',
      ...{ requestId, sourceAddress, reason: refusal.reason },
      ...(refusal.reason !== 'idp_unknown' && { idp: request.idp }),
      ...(refusal.reason === 'logout_token_invalid' && { detail: refusal.problem }),
    });
    return outcome;
  };
}

async function decide(
  ports: UpstreamLogoutPorts,
  { idp: id, enrolled, token, requestId, sourceAddress }: UpstreamLogoutRequest,
  now: Instant,
): Promise<Result<undefined, UpstreamLogoutRefusal>> {
  const admitted = ports.limit.admit(sourceAddress, now);
  if (!admitted.ok) return admitted;
  // A disabled one is heard too: it lets nobody in any more, but may say who has left.
  const idp = (await ports.idps.all()).find((one) => one.id === id);
  if (idp === undefined) return refuse({ reason: 'idp_unknown' });
  if (token === undefined) return refuse({ reason: 'logout_token_missing' });
  const notice = await read(ports, idp, { token, enrolled });
  if (!notice.ok) return refuse({ reason: 'logout_token_invalid', problem: notice.refusal });
  const { jti, until, session } = notice.value;
  const digest = sha256(token);
  const used = await ports.tokens.usedBy({ idp: idp.id, jti }, now);
  if (used === digest) return repeated(ports, { idp, requestId, sourceAddress }, now);
  if (used !== undefined) return refuse({ reason: 'logout_token_used' });
  const end = { at: now, by: `idp/${idp.id}`, requestId };
  const { onLogout } = idp;
  const { person, grants } = await signOut(ports, notice.value, { onLogout, end, now });
  const marked = await ports.tokens.markUsed({ idp: idp.id, jti, until, digest }, now);
  if (!marked) return refuse({ reason: 'logout_token_used' });
  ports.audit({
    event: 'signed_out_upstream',
    ...{ requestId, sourceAddress, idp: idp.id, grants },
    of: session === undefined ? 'person' : 'session',
    ...(person !== undefined && { person }),
  });
  return ok(undefined);
}

async function read(
  { logouts }: UpstreamLogoutPorts,
  idp: IdentityProvider,
  { token, enrolled }: { readonly token: string; readonly enrolled: string | undefined },
): Promise<Result<LogoutNotice, string>> {
  if (token.length > longestToken) return refuse('it is too long');
  if (enrolled === undefined) return logouts.read(idp, token);
  return isEnrollable(enrolled)
    ? logouts.read(idp, token, enrolled)
    : refuse('its path names no client that could be enrolled');
}

/**
 * All that the token ends has ended, and its sender may not have heard of it: the answer is the same, and nothing of what began
 * since is touched.
 */
async function repeated(
  { limit, audit }: UpstreamLogoutPorts,
  {
    idp,
    ...request
  }: Pick<UpstreamLogoutRequest, 'requestId' | 'sourceAddress'> & { readonly idp: IdentityProvider },
  now: Instant,
): Promise<Result<undefined, never>> {
  await limit.count(request.sourceAddress, now);
  audit({ event: 'upstream_logout_repeated', ...request, idp: idp.id });
  return ok(undefined);
}
