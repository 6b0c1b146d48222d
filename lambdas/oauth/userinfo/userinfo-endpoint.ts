import type { ProofMarks } from '../../ports/proofs.ts';
import type { TokenStanding, TokenStandings } from '../../ports/token-standing.ts';
import { checkBinding } from '../../resource-server/key-binding.ts';
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
import type { ClientCertificate } from '../mutual-tls/client-certificate.ts';
import { parseScope } from '../scope/scope.ts';
import type { AccessTokenClaims } from '../tokens/access-token.ts';
import { personClaims } from '../tokens/id-token.ts';
import { knownToken, type TokenSources } from '../tokens/known-token.ts';
import type { TokenFault } from '../tokens/read-access-token.ts';

export interface UserinfoPorts extends DocumentTrust, TokenSources, Hosts {
  readonly standings: TokenStandings;
  readonly limits: { readonly address: AddressLimit };
  readonly proofs: ProofMarks;
  readonly random: Random;
  readonly audit: Audit;
}

export interface UserinfoRequest {
  /** How a token was presented, and which; undefined where none was, or nothing that is one. */
  readonly presented: { readonly scheme: 'bearer' | 'dpop'; readonly token: string } | undefined;
  /** The DPoP header. */
  readonly proof: string | undefined;
  readonly method: string;
  /** Of the TLS connection, where it was made with one. */
  readonly certificate: ClientCertificate | undefined;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export type UserinfoRefusal =
  | LimitRefusal
  | { readonly reason: 'no_token' }
  | { readonly reason: TokenFault['reason'] | InactivityReason }
  | { readonly reason: 'scope_insufficient' }
  | { readonly reason: 'token_binding_not_shown' | 'token_certificate_not_shown'; readonly detail: string }
  | { readonly reason: 'dpop_proof_not_acceptable'; readonly detail: string }
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

/** A token that is bound is for whoever shows the certificate, or the key by a proof that nobody has used. */
async function shownKey(
  ports: UserinfoPorts,
  { presented, proof, method, certificate }: UserinfoRequest,
  { cnf }: AccessTokenClaims,
  now: Instant,
): Promise<Result<unknown, UserinfoRefusal>> {
  const { scheme = 'bearer', token: accessToken = '' } = presented ?? {};
  const request = { method, url: endpointsAt(ports, certificate).userinfo, now };
  const shown = { scheme, accessToken, proof, x5t: certificate?.thumbprint };
  const check = await checkBinding(shown, cnf, request);
  if (check.ok) {
    const isFirstUse = await markProof(ports, check.proof, now);
    return isFirstUse ? ok(undefined) : refuse({ reason: 'dpop_proof_replayed' });
  }
  const detail = check.description;
  if (check.error === 'invalid_dpop_proof') return refuse({ reason: 'dpop_proof_not_acceptable', detail });
  const isOfCertificate = cnf?.['x5t#S256'] !== undefined;
  return refuse({
    reason: isOfCertificate ? 'token_certificate_not_shown' : 'token_binding_not_shown',
    detail,
  });
}

function infoOf(token: AccessTokenClaims, { grant }: TokenStanding): PersonInfo | undefined {
  const scope = parseScope(token.scope);
  if (grant === undefined || !scope.ok || !scope.value.some((name) => name === 'openid')) return undefined;
  // OIDC Core §5.3.2: sub comes always, and is that of the id_token.
  return { sub: token.sub, ...personClaims(grant.terms.person, scope.value) };
}
