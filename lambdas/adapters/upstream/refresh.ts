import {
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { RefreshRefusal, RefreshWish, UpstreamRefresh } from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { ProofPorts } from './client-authentication.ts';
import { judgedIssuer } from './judged-issuer.ts';
import { withNonce } from './key-proofs.ts';
import { claimsOfRefreshed, verifiedClaims } from './person-claims.ts';
import { detailOf, upstreamError, wantsPerson } from './provider-errors.ts';
import type { Talk } from './provider-talk.ts';

/** Sealed, it is kept in an item of at most 400 kB. Characters. */
export const longestRefreshToken = 16_384;

/** What is refreshed, whose it is, and what for, where it is to be presented elsewhere. */
export interface Refreshing {
  readonly token: Secret;
  readonly subject: string;
  readonly wish?: RefreshWish | undefined;
}

/** Refreshes a token at its provider. What that rotated to is told whatever else it told. */
export async function refresh(
  talk: Talk,
  { token, subject, wish }: Refreshing,
  { secrets, clock }: Pick<ProofPorts, 'secrets' | 'clock'>,
): Promise<Result<UpstreamRefresh, RefreshRefusal>> {
  const { as, client, auth, idp, options } = talk;
  const asking = wish === undefined ? options : { ...options, additionalParameters: wish };
  const response = await withNonce(talk, () =>
    refreshTokenGrantRequest(as, client, auth, token.reveal(), asking),
  );
  const copy = response.clone();
  try {
    const judged = await judgedIssuer(talk, response.clone());
    const tokens = await processRefreshTokenResponse(judged.ok ? judged.value : as, client, response);
    if (!judged.ok) return ok({ ...keptFrom(idp, tokens), told: judged, byIdToken: true });
    return ok(
      wish === undefined
        ? await refreshed(talk, tokens, subject, clock)
        : await refreshedToPresent(talk, tokens, clock),
    );
  } catch (error) {
    const code = upstreamError(error);
    if (wantsPerson(code, error)) return refuse('interaction_required');
    if (code === 'invalid_grant') return refuse('invalid_grant');
    if (code === 'invalid_client') secrets.doubt(idp.id);
    if (code !== undefined) throw down(idp, `it refuses refresh tokens: ${code}`);
    // It took the token, and told what cannot be believed, or judged while its keys are out of reach: what it rotated to
    // is kept all the same.
    const why = error instanceof DependencyUnavailable ? 'its keys are unavailable' : detailOf(error);
    return ok({ ...keptFrom(idp, membersIn(await textOf(copy))), told: refuse(why), byIdToken: false });
  }
}

async function refreshed(
  talk: Talk,
  tokens: TokenEndpointResponse,
  subject: string,
  clock: Clock,
): Promise<UpstreamRefresh> {
  const rotated = keptFrom(talk.idp, tokens);
  const byIdToken = tokens.id_token !== undefined;
  const claims = byIdToken ? await verifiedClaims(talk, tokens, clock) : undefined;
  if (claims?.ok === false) return { ...rotated, told: claims, byIdToken };
  try {
    const told = await claimsOfRefreshed(talk, tokens, { subject, claims: claims?.value });
    return { ...rotated, ...(told && { told }), byIdToken };
  } catch (error) {
    const why = error instanceof DependencyUnavailable ? 'its groups are unavailable' : detailOf(error);
    return { ...rotated, told: refuse(why), byIdToken };
  }
}

/** Nobody but the answer itself is asked about the person: what came of another wish may be good for nothing else. */
async function refreshedToPresent(
  talk: Talk,
  tokens: TokenEndpointResponse,
  clock: Clock,
): Promise<UpstreamRefresh> {
  const { access_token: accessToken, id_token: idToken } = tokens;
  const told = idToken === undefined ? undefined : await verifiedClaims(talk, tokens, clock);
  return {
    ...keptFrom(talk.idp, tokens),
    ...(told && { told }),
    byIdToken: idToken !== undefined,
    presentable: {
      access_token: new Secret(accessToken),
      ...(idToken !== undefined && { id_token: new Secret(idToken) }),
    },
  };
}

function down({ id }: IdentityProvider, why: string): DependencyUnavailable {
  return new DependencyUnavailable(`identity provider ${id}`, {
    cause: new Error(why),
    retryAfterSeconds: 5,
  });
}

async function textOf(response: Response): Promise<string> {
  return response.text().catch(() => '');
}

/** The members of an answer that concern us, whatever they are. */
type Members = Readonly<Record<string, unknown>>;

function membersIn(body: string): Members {
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null ? (read as Members) : {};
  } catch {
    return {};
  }
}

/** What there is to keep of an answer: another token in place of the one that was sent, and how long that is good. */
function keptFrom(
  idp: IdentityProvider,
  members: Members,
): Pick<UpstreamRefresh, 'rotated' | 'refreshSeconds'> {
  const { refresh_token: token } = members;
  const life = refreshLife(members);
  if (typeof token !== 'string' || token === '') return life;
  if (token.length > longestRefreshToken) throw down(idp, 'its refresh_token is too long to be kept');
  return { rotated: new Secret(token), ...life };
}

/** No standard has a name for it. Keycloak says 0 of one that has no such end. */
export function refreshLife(members: Members): Pick<UpstreamRefresh, 'refreshSeconds'> {
  const told = [members['refresh_expires_in'], members['refresh_token_expires_in']].map(Number);
  const seconds = told.find((each) => Number.isFinite(each) && each >= 1);
  return seconds === undefined ? {} : { refreshSeconds: Math.floor(seconds) };
}
