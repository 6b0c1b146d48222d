import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  clockTolerance,
  customFetch,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { upstreamSkewSeconds } from '../../oauth/people/id-token.ts';
import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import type { ProbedToken } from '../../ports/diagnosis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInRefusal, SignInReturn } from '../../ports/people.ts';
import type { SpokenTo, UpstreamProviders, UpstreamRefresh, UpstreamSignIn } from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { authorizationUrl } from './authorization-url.ts';
import { authenticationAt, type ProofPorts } from './client-authentication.ts';
import type { DocumentHosts } from './document-url.ts';
import { judgedIssuer } from './judged-issuer.ts';
import { patientDocuments, readLogoutToken } from './logout-tokens.ts';
import { logoutUrl } from './logout-url.ts';
import { keyProofs, withNonce } from './key-proofs.ts';
import { claimsOfPerson, claimsOfRefreshed, verifiedClaims } from './person-claims.ts';
import { detailOf, refusalOf, upstreamError } from './provider-errors.ts';
import { probeTokenEndpoint } from './probe-token-endpoint.ts';
import { providerDocuments } from './provider-documents.ts';
import { providerFetch } from './provider-fetch.ts';
import type { Provider, Talk } from './provider-talk.ts';

interface OpenIdProvidersOptions extends ProofPorts {
  /** Ours: callbacks are under it. */
  readonly issuer: Issuer;
  readonly hosts: DocumentHosts;
}

/** Identity providers that speak OpenID Connect, by their discovery documents. */
export function openIdProviders(options: OpenIdProvidersOptions): UpstreamProviders {
  const known = new Map<IdpId, Provider>();

  const providerOf = (idp: IdentityProvider): Provider => {
    const { id, issuer } = idp;
    const named = profileOf(idp).issuers.ofMetadata(idp);
    const before = known.get(id);
    if (before?.issuer === issuer && before.named === named) return before;
    const provider = newProvider(idp, named, options);
    known.set(id, provider);
    return provider;
  };
  const redirectUriOf = ({ id }: IdentityProvider): string => `${options.issuer}/callback/${id}`;
  const talkTo = async (idp: SpokenTo): Promise<Talk> => {
    const provider = providerOf(idp);
    const metadata = await provider.documents.metadata();
    return {
      ...provider,
      ...{ idp, metadata, profile: profileOf(idp) },
      // The same document, as oauth4webapi types it: members that we did not judge may be of any type there.
      as: metadata as unknown as AuthorizationServer,
      client: { client_id: idp.clientId, [clockTolerance]: upstreamSkewSeconds },
      auth: await authenticationAt(idp, metadata, options),
      options: await requestOptions(idp, provider),
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
    leave: async (idp, start) => {
      const returnTo = `${options.issuer}/logout/callback`;
      return logoutUrl(await providerOf(idp).documents.metadata(), idp, options.hosts, {
        ...start,
        returnTo,
      });
    },
    logout: (idp, token) =>
      readLogoutToken({ idp, documents: providerOf(idp).patient }, token, options.clock()),
    refresh: async (idp, token, subject) => {
      const talk = await talkTo(idp);
      return refresh(talk, { token, subject }, options);
    },
    probe: async (idp) => {
      // An operator who has just put in another secret wants to know of that one.
      options.secrets.doubt(idp.id);
      try {
        return await probeTokenEndpoint(await talkTo(idp), redirectUriOf(idp), options.random(32));
      } catch (error) {
        if (error instanceof DependencyUnavailable && error.dependency === dependencyOf(idp)) return isDown;
        throw error;
      }
    },
  };
}

async function requestOptions(
  { dpop }: IdentityProvider,
  { fetch, keyProofs: proofs }: Provider,
): Promise<Talk['options']> {
  // The fetch itself judges every URL: plain http is for this machine alone.
  const usual = { [customFetch]: fetch, [allowInsecureRequests]: true } as const;
  return dpop ? { ...usual, DPoP: await proofs() } : usual;
}

function newProvider(
  { id, issuer }: IdentityProvider,
  named: string,
  { hosts, clock }: OpenIdProvidersOptions,
): Provider {
  const fetch = providerFetch(id, hosts);
  const documents = providerDocuments({ idp: id, issuer, named, hosts, fetch, clock });
  const patient = patientDocuments(documents, clock);
  return { issuer, named, fetch, documents, patient, keyProofs: keyProofs() };
}

/** Sealed, it is kept in an item of at most 400 kB. Characters. */
const longestRefreshToken = 16_384;

async function redeem(
  talk: Talk,
  redirectUri: string,
  back: SignInReturn,
  clock: Clock,
): Promise<Result<UpstreamSignIn, SignInRefusal>> {
  const { as, client, auth, options } = talk;
  // RFC 9207 §2.4: who sent the browser back is who it was sent to, before the code goes anywhere.
  const parameters = validateAuthResponse(as, client, new URLSearchParams(back.query), back.state);
  const { codeVerifier } = back;
  const response = await withNonce(talk, () =>
    authorizationCodeGrantRequest(as, client, auth, parameters, redirectUri, codeVerifier, options),
  );
  const judged = await judgedIssuer(talk, response.clone());
  if (!judged.ok) return unbelievable(judged.refusal);
  const tokens = await processAuthorizationCodeResponse(judged.value, client, response, {
    expectedNonce: back.nonce,
    requireIdToken: true,
  });
  if ((tokens.refresh_token?.length ?? 0) > longestRefreshToken) {
    return unbelievable('refresh_token is too long to be kept');
  }
  const verified = await verifiedClaims(talk, tokens, clock);
  if (!verified.ok) return unbelievable(verified.refusal);
  const claims = await claimsOfPerson(talk, tokens, verified.value);
  if (!claims.ok) return unbelievable(claims.refusal);
  return ok({
    claims: claims.value,
    ...(tokens.refresh_token !== undefined && { refreshToken: new Secret(tokens.refresh_token) }),
    ...(tokens.id_token !== undefined && { idToken: tokens.id_token }),
  });
}

function unbelievable(detail: string): Result<never, SignInRefusal> {
  return refuse({ reason: 'upstream_answer_invalid', detail });
}

async function refresh(
  talk: Talk,
  { token, subject }: { readonly token: Secret; readonly subject: string },
  { secrets, clock }: Pick<OpenIdProvidersOptions, 'secrets' | 'clock'>,
): Promise<Result<UpstreamRefresh, 'invalid_grant'>> {
  const { as, client, auth, idp, options } = talk;
  const response = await withNonce(talk, () =>
    refreshTokenGrantRequest(as, client, auth, token.reveal(), options),
  );
  const copy = response.clone();
  try {
    const judged = await judgedIssuer(talk, response.clone());
    const tokens = await processRefreshTokenResponse(judged.ok ? judged.value : as, client, response);
    if (!judged.ok) return ok({ ...rotatedTo(idp, tokens.refresh_token), told: judged, byIdToken: true });
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
  try {
    const told = await claimsOfRefreshed(talk, tokens, { subject, claims: claims?.value });
    return { ...rotated, ...(told && { told }), byIdToken };
  } catch (error) {
    const why = error instanceof DependencyUnavailable ? 'its groups are unavailable' : detailOf(error);
    return { ...rotated, told: refuse(why), byIdToken };
  }
}

const isDown: ProbedToken = { status: 503 };

function dependencyOf({ id }: Pick<IdentityProvider, 'id'>): string {
  return `identity provider ${id}`;
}

function down({ id }: IdentityProvider, why: string): DependencyUnavailable {
  return new DependencyUnavailable(dependencyOf({ id }), {
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
