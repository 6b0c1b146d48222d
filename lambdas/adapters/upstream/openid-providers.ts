import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  customFetch,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  processUserInfoResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  userInfoRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import { idTokenProblem, upstreamSkewSeconds } from '../../oauth/people/id-token.ts';
import { groupsOf } from '../../oauth/people/person.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInReturn } from '../../ports/people.ts';
import type {
  UpstreamClaims,
  UpstreamProviders,
  UpstreamRefresh,
  UpstreamSignIn,
} from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { authorizationUrl } from './authorization-url.ts';
import type { DocumentHosts } from './document-url.ts';
import { signedIdToken } from './id-tokens.ts';
import { detailOf, refusalOf, upstreamError } from './provider-errors.ts';
import { providerDocuments, type ProviderDocuments, type ProviderMetadata } from './provider-documents.ts';
import { type ProviderFetch, providerFetch } from './provider-fetch.ts';

interface OpenIdProvidersOptions {
  /** Ours: callbacks are under it. */
  readonly issuer: Issuer;
  readonly hosts: DocumentHosts;
  readonly clock: Clock;
  readonly secrets: ProviderSecrets;
}

/** Our client secrets at the providers. */
export interface ProviderSecrets {
  readonly current: (idp: IdpId) => Promise<Secret>;
  /** The provider did not take it: what is remembered may be old. */
  readonly doubt: (idp: IdpId) => void;
}

/** One provider as it is known to this instance. */
interface Provider {
  readonly issuer: string;
  readonly fetch: ProviderFetch;
  readonly documents: ProviderDocuments;
}

/** A provider as one request talks to it. */
interface Talk extends Provider {
  readonly idp: IdentityProvider;
  readonly metadata: ProviderMetadata;
  readonly as: AuthorizationServer;
  readonly client: Client;
  readonly auth: ClientAuth;
  readonly options: {
    readonly [customFetch]: ProviderFetch;
    readonly [allowInsecureRequests]: true;
  };
}

/** Identity providers that speak OpenID Connect, by their discovery documents. */
export function openIdProviders(options: OpenIdProvidersOptions): UpstreamProviders {
  const known = new Map<IdpId, Provider>();

  const providerOf = ({ id, issuer }: IdentityProvider): Provider => {
    const before = known.get(id);
    if (before?.issuer === issuer) return before;
    const { hosts, clock } = options;
    const fetch = providerFetch(id, hosts);
    const provider = {
      issuer,
      fetch,
      documents: providerDocuments({ idp: id, issuer, hosts, fetch, clock }),
    };
    known.set(id, provider);
    return provider;
  };
  const redirectUriOf = ({ id }: IdentityProvider): string => `${options.issuer}/callback/${id}`;
  const talkTo = async (idp: IdentityProvider): Promise<Talk> => {
    const provider = providerOf(idp);
    const metadata = await provider.documents.metadata();
    return {
      ...provider,
      ...{ idp, metadata },
      // The same document, as oauth4webapi types it: members that we did not judge may be of any type there.
      as: metadata as unknown as AuthorizationServer,
      client: { client_id: idp.clientId, [clockTolerance]: upstreamSkewSeconds },
      auth: authenticationAt(idp, metadata, await options.secrets.current(idp.id)),
      // The fetch itself judges every URL: plain http is for this machine alone.
      options: { [customFetch]: provider.fetch, [allowInsecureRequests]: true },
    };
  };

  return {
    begin: async (idp, start) =>
      authorizationUrl(await providerOf(idp).documents.metadata(), idp, redirectUriOf(idp), start),
    redeem: async (idp, back) => {
      const talk = await talkTo(idp);
      try {
        return await redeem(talk, redirectUriOf(idp), back, options.clock);
      } catch (error) {
        if (upstreamError(error) === 'invalid_client') options.secrets.doubt(idp.id);
        return refuse(refusalOf(error));
      }
    },
    refresh: async (idp, token, subject) => {
      const talk = await talkTo(idp);
      return refresh(talk, { token, subject }, options);
    },
  };
}

/** Sealed, it is kept in an item of at most 400 kB. Characters. */
const longestRefreshToken = 16_384;

async function redeem(
  talk: Talk,
  redirectUri: string,
  back: SignInReturn,
  clock: Clock,
): Promise<Result<UpstreamSignIn, ReturnType<typeof refusalOf>>> {
  const { as, client, auth, options } = talk;
  // RFC 9207 §2.4: who sent the browser back is who it was sent to, before the code goes anywhere.
  const parameters = validateAuthResponse(as, client, new URLSearchParams(back.query), back.state);
  const response = await authorizationCodeGrantRequest(
    as,
    client,
    auth,
    parameters,
    redirectUri,
    back.codeVerifier,
    options,
  );
  const tokens = await processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: back.nonce,
    requireIdToken: true,
  });
  if ((tokens.refresh_token?.length ?? 0) > longestRefreshToken) {
    return refuse({ reason: 'upstream_answer_invalid', detail: 'refresh_token is too long to be kept' });
  }
  const claims = await verifiedClaims(talk, tokens, clock);
  if (!claims.ok) return refuse({ reason: 'upstream_answer_invalid', detail: claims.refusal });
  const userinfo = isThin(talk.idp, claims.value)
    ? await userinfoOf(talk, tokens, String(claims.value['sub']))
    : {};
  return ok({
    claims: { ...userinfo, ...claims.value },
    ...(tokens.refresh_token !== undefined && { refreshToken: new Secret(tokens.refresh_token) }),
  });
}

async function refresh(
  talk: Talk,
  { token, subject }: { readonly token: Secret; readonly subject: string },
  { secrets, clock }: Pick<OpenIdProvidersOptions, 'secrets' | 'clock'>,
): Promise<Result<UpstreamRefresh, 'invalid_grant'>> {
  const { as, client, auth, idp, options } = talk;
  const response = await refreshTokenGrantRequest(as, client, auth, token.reveal(), options);
  const copy = response.clone();
  try {
    const tokens = await processRefreshTokenResponse(as, client, response);
    return ok(await refreshed(talk, tokens, subject, clock));
  } catch (error) {
    const code = upstreamError(error);
    if (code === 'invalid_grant') return refuse('invalid_grant');
    if (code === 'invalid_client') secrets.doubt(idp.id);
    if (code !== undefined) throw down(idp, `it refuses refresh tokens: ${code}`);
    // It took the token, and told what cannot be believed, or judged while its keys are out of reach: what it rotated to
    // is kept all the same.
    const why = error instanceof DependencyUnavailable ? 'its keys are unavailable' : detailOf(error);
    return ok({ ...rotatedTo(idp, rotatedIn(await textOf(copy))), told: refuse(why), byIdToken: false });
  }
}

async function refreshed(
  talk: Talk,
  tokens: TokenEndpointResponse,
  subject: string,
  clock: Clock,
): Promise<UpstreamRefresh> {
  const rotated = rotatedTo(talk.idp, tokens.refresh_token);
  const byIdToken = tokens.id_token !== undefined;
  const claims = byIdToken ? await verifiedClaims(talk, tokens, clock) : undefined;
  if (claims?.ok === false) return { ...rotated, told: claims, byIdToken };
  if (talk.idp.groupsClaim === undefined || (claims && groupsOf(talk.idp, claims.value) !== undefined)) {
    return { ...rotated, ...(claims && { told: claims }), byIdToken };
  }
  try {
    const userinfo = await userinfoOf(talk, tokens, subject);
    return { ...rotated, told: ok({ ...userinfo, ...claims?.value }), byIdToken };
  } catch (error) {
    const why = error instanceof DependencyUnavailable ? 'userinfo is unavailable' : detailOf(error);
    return { ...rotated, told: refuse(why), byIdToken };
  }
}

async function verifiedClaims(
  { documents, client }: Talk,
  tokens: TokenEndpointResponse,
  clock: Clock,
): Promise<Result<UpstreamClaims, string>> {
  const claims = getValidatedIdTokenClaims(tokens);
  if (claims === undefined || tokens.id_token === undefined) return refuse('id_token is missing');
  const algorithm = await signedIdToken(documents, tokens.id_token);
  if (!algorithm.ok) return algorithm;
  const { client_id: clientId } = client;
  const judged = { algorithm: algorithm.value, claims, clientId, accessToken: tokens.access_token };
  const problem = idTokenProblem(judged, clock());
  return problem === undefined ? ok(claims) : refuse(problem);
}

/** Whether the id_token leaves out what was asked for, so that the userinfo endpoint is worth a call. */
function isThin(idp: IdentityProvider, claims: UpstreamClaims): boolean {
  const lacks = (scope: string, ...names: readonly string[]): boolean =>
    idp.scopes.includes(scope) && names.every((name) => claims[name] === undefined);
  return (
    (idp.groupsClaim !== undefined && groupsOf(idp, claims) === undefined) ||
    lacks('email', 'email') ||
    lacks('profile', 'name', 'preferred_username')
  );
}

/** OIDC Core §5.3.2: claims of another `sub` than the id_token's are of somebody else. */
async function userinfoOf(
  { as, client, metadata, options }: Talk,
  tokens: TokenEndpointResponse,
  subject: string,
): Promise<UpstreamClaims> {
  if (metadata.userinfo_endpoint === undefined) return {};
  const response = await userInfoRequest(as, client, tokens.access_token, options);
  return processUserInfoResponse(as, client, subject, response);
}

/** OIDC Core §9: by the methods that the provider says it takes; Basic is what it takes that says nothing. */
function authenticationAt(idp: IdentityProvider, metadata: ProviderMetadata, secret: Secret): ClientAuth {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_basic')) return ClientSecretBasic(secret.reveal());
  if (methods.includes('client_secret_post')) return ClientSecretPost(secret.reveal());
  throw down(idp, 'it takes no client secret');
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

function rotatedIn(body: string): unknown {
  try {
    return (JSON.parse(body) as { readonly refresh_token?: unknown }).refresh_token;
  } catch {
    return undefined;
  }
}

function rotatedTo(idp: IdentityProvider, token: unknown): { readonly rotated?: Secret } {
  if (typeof token !== 'string' || token === '') return {};
  if (token.length > longestRefreshToken) throw down(idp, 'its refresh_token is too long to be kept');
  return { rotated: new Secret(token) };
}
