import {
  getValidatedIdTokenClaims,
  processUserInfoResponse,
  type TokenEndpointResponse,
  userInfoRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi';
import { idTokenProblem } from '../../oauth/people/id-token.ts';
import { groupsAt } from '../../oauth/people/person.ts';
import type { GroupsAt } from '../../oauth/people/profiles/profile.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { UpstreamClaims } from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { toldByUserinfo } from '../../oauth/people/told-by-userinfo.ts';
import { groupsAtGraph } from './graph-groups.ts';
import { signedIdToken } from './id-tokens.ts';
import { withNonce } from './key-proofs.ts';
import type { Talk } from './provider-talk.ts';

/** The claims of an id_token that the library has judged: signed by a key that may sign it, and with nothing wrong in it. */
export async function verifiedClaims(
  { documents, client, idp, profile }: Talk,
  tokens: TokenEndpointResponse,
  clock: Clock,
): Promise<Result<UpstreamClaims, string>> {
  const claims = getValidatedIdTokenClaims(tokens);
  if (claims === undefined || tokens.id_token === undefined) return refuse('id_token is missing');
  const told: UpstreamClaims = claims;
  const algorithm = await signedIdToken(documents, tokens.id_token, (key) =>
    profile.issuers.ownsKey(idp, key, told),
  );
  if (!algorithm.ok) return algorithm;
  const { client_id: clientId } = client;
  const judged = { algorithm: algorithm.value, claims: told, clientId, accessToken: tokens.access_token };
  const problem = idTokenProblem(judged, clock());
  return problem === undefined ? ok(told) : refuse(problem);
}

/** The claims of somebody who signs in, with those that the id_token leaves out and that are told elsewhere. */
export async function claimsOfPerson(
  talk: Talk,
  tokens: TokenEndpointResponse,
  claims: UpstreamClaims,
): Promise<Result<UpstreamClaims, string>> {
  const { at } = groupsWanted(talk.idp, claims);
  const isThin = talk.profile.userinfoTellsMore && (at === 'userinfo' || lacksWhatWasAsked(talk.idp, claims));
  if (!isThin) return withGraph(talk, tokens, claims);
  const userinfo = await userinfoOf(talk, tokens, String(claims['sub']));
  return userinfo.ok ? ok(toldByUserinfo(talk.idp, claims, userinfo.value)) : userinfo;
}

/**
 * The same for somebody whose token was refreshed, as far as their groups are concerned: undefined where nothing is told of
 * them. `claims`: of a new id_token, where there is one.
 */
export async function claimsOfRefreshed(
  talk: Talk,
  tokens: TokenEndpointResponse,
  { subject, claims }: { readonly subject: string; readonly claims: UpstreamClaims | undefined },
): Promise<Result<UpstreamClaims, string> | undefined> {
  const { at } = groupsWanted(talk.idp, claims ?? {});
  if (at !== 'userinfo') return claims && withGraph(talk, tokens, claims);
  const userinfo = await userinfoOf(talk, tokens, subject);
  return userinfo.ok ? ok(toldByUserinfo(talk.idp, claims ?? {}, userinfo.value)) : userinfo;
}

async function withGraph(
  talk: Talk,
  tokens: TokenEndpointResponse,
  claims: UpstreamClaims,
): Promise<Result<UpstreamClaims, string>> {
  const { groupsClaim } = talk.idp;
  if (groupsClaim === undefined || groupsWanted(talk.idp, claims).at !== 'graph') return ok(claims);
  const groups = await groupsAtGraph(talk, tokens.access_token);
  return groups.ok ? ok({ ...claims, [groupsClaim]: groups.value }) : groups;
}

/** Where no role is given by a group, nobody asks for groups. */
function groupsWanted(idp: IdentityProvider, claims: UpstreamClaims): GroupsAt {
  const isWanted = idp.roles?.some(({ groups }) => groups !== 'everyone' && groups.length > 0) === true;
  return (isWanted ? groupsAt(idp, claims) : undefined) ?? { at: 'claims', names: [] };
}

function lacksWhatWasAsked({ scopes }: IdentityProvider, claims: UpstreamClaims): boolean {
  const lacks = (scope: string, ...names: readonly string[]): boolean =>
    scopes.includes(scope) && names.every((name) => claims[name] === undefined);
  return lacks('email', 'email') || lacks('profile', 'name', 'preferred_username');
}

/**
 * OIDC Core §5.3.2: claims of another `sub` than the id_token's are of somebody else. It refuses the access token, and not
 * our credentials, nor what was redeemed for it.
 */
async function userinfoOf(
  { as, client, metadata, options }: Talk,
  tokens: TokenEndpointResponse,
  subject: string,
): Promise<Result<UpstreamClaims, string>> {
  if (metadata.userinfo_endpoint === undefined) return ok({});
  // RFC 9449 §7.1: a token that is bound is sent with a proof, and any other as it always was.
  const { DPoP, ...bearer } = options;
  const shown = tokens.token_type === 'dpop' && DPoP ? { ...bearer, DPoP } : bearer;
  const response = await withNonce({ options: shown }, () =>
    userInfoRequest(as, client, tokens.access_token, shown),
  );
  try {
    return ok(await processUserInfoResponse(as, client, subject, response));
  } catch (error) {
    if (error instanceof WWWAuthenticateChallengeError) return refuse(`userinfo answers ${error.status}`);
    throw error;
  }
}
