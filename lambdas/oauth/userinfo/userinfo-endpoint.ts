import type { ProofMarks } from '../../ports/proofs.ts';
import type { TokenStanding, TokenStandings } from '../../ports/token-standing.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { markProof } from '../dpop/possession.ts';
import { type DocumentTrust, endOf, type InactivityReason } from '../introspection/activity.ts';
import { tokenNames } from '../introspection/token-names.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { LimitRefusal } from '../refusal.ts';
import { endpointsAt, type Hosts } from '../metadata/endpoints.ts';
import { parseScope } from '../scope/scope.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { personClaims } from '../tokens/id-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';
import { type BindingRefusal, shownBinding, type PresentedRequest } from '../tokens/shown-binding.ts';

export interface UserinfoPorts extends DocumentTrust, TokenSources, Hosts {
  readonly standings: TokenStandings;
  readonly limits: { readonly address: AddressLimit };
  readonly proofs: ProofMarks;
  readonly random: Random;
  readonly audit: Audit;
}

export interface UserinfoRequest extends PresentedRequest {
  readonly requestId: string;
  readonly sourceAddress: string;
}

export type UserinfoRefusal =
  | LimitRefusal
  | BindingRefusal
  | { readonly reason: 'no_token' }
  | { readonly reason: TokenFault['reason'] | InactivityReason }
  | { readonly reason: 'scope_insufficient' }
  | { readonly reason: 'dpop_proof_replayed' };

/** What the identity provider told of a person, as far as they let the client know it. */
export type PersonInfo = Readonly<Record<string, unknown>> & { readonly sub: string };

/** One question about the person behind a token, decided and written to the audit trail. */
export type AskUserinfo = (
  request: UserinfoRequest,
  now: Instant,
) => Promise<Result<PersonInfo, UserinfoRefusal>>;

/** OIDC Core §5.3: any token of ours with `openid` asks, whatever resource it is for. */
export function userinfoEndpoint(ports: UserinfoPorts): AskUserinfo {
  return async (request, now) => {
    const { requestId, sourceAddress } = request;
    const admitted = ports.limits.address.admit(sourceAddress, now);
    const found = admitted.ok ? await judged(ports, request, now) : admitted;
    const origin = { requestId, sourceAddress };
    if (!found.ok) {
      if (admitted.ok) await ports.limits.address.count(sourceAddress, now);
      ports.audit({ event: 'userinfo_refused', ...origin, reason: found.refusal.reason });
      return found;
    }
    const { token, info } = found.value;
    ports.audit({
      ...{ event: 'userinfo_told', ...origin, clientId: token.client_id, personId: token.sub },
      ...{ grantId: token.grant_id ?? '', jti: token.jti },
    });
    return ok(info);
  };
}

async function judged(
  ports: UserinfoPorts,
  request: UserinfoRequest,
  now: Instant,
): Promise<Result<{ readonly token: AccessTokenClaims; readonly info: PersonInfo }, UserinfoRefusal>> {
  const { standings, documentPolicy } = ports;
  if (request.presented === undefined) return refuse({ reason: 'no_token' });
  const read = await knownToken(request.presented.token, ports, now);
  if (!read.ok) return read;
  const token = read.value;
  const standing = await standings.read(tokenNames(token));
  const reason = endOf(token, standing, { documentPolicy });
  if (reason !== undefined) return refuse({ reason });
  const shown = await shownKey(ports, request, token, now);
  if (!shown.ok) return shown;
  const info = infoOf(token, standing);
  return info === undefined ? refuse({ reason: 'scope_insufficient' }) : ok({ token, info });
}

async function shownKey(
  ports: UserinfoPorts,
  request: UserinfoRequest,
  token: AccessTokenClaims,
  now: Instant,
): Promise<Result<unknown, UserinfoRefusal>> {
  const url = endpointsAt(ports, request.certificate).userinfo;
  const shown = await shownBinding(request, token, url, now);
  if (!shown.ok) return shown;
  const isFirstUse = await markProof(ports, shown.value, now);
  return isFirstUse ? ok(undefined) : refuse({ reason: 'dpop_proof_replayed' });
}

function infoOf(token: AccessTokenClaims, { grant }: TokenStanding): PersonInfo | undefined {
  const scope = parseScope(token.scope);
  if (grant === undefined || !scope.ok || !scope.value.some((name) => name === 'openid')) return undefined;
  // OIDC Core §5.3.2: sub comes always, and is that of the id_token.
  return { sub: token.sub, ...personClaims(grant.terms.person, scope.value) };
}
