import {
  allowInsecureRequests,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  clockTolerance,
  customFetch,
  processAuthorizationCodeResponse,
  validateAuthResponse,
} from 'oauth4webapi';
import { upstreamSkewSeconds } from '../../oauth/people/id-token.ts';
import { profileOf } from '../../oauth/people/profiles/profile-of.ts';
import type { ProbedToken } from '../../ports/diagnosis.ts';
import { apiSecretName, type DownstreamApi } from '../../ports/downstream-apis.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { SignInRefusal, SignInReturn } from '../../ports/people.ts';
import type { SpokenTo, UpstreamProviders, UpstreamSignIn } from '../../ports/upstream.ts';
import type { Clock } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import type { IdpId, Issuer } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { authorizationUrl } from './authorization-url.ts';
import { authenticationAt, type ProofPorts } from './client-authentication.ts';
import type { DocumentHosts } from './document-url.ts';
import { dialectOf } from './exchange/dialects.ts';
import { exchangeAt, mintAt, type TalkAt } from './exchange/exchange.ts';
import { probeExchange } from './exchange/probe-exchange.ts';
import { judgedIssuer } from './judged-issuer.ts';
import { patientDocuments, readLogoutToken } from './logout-tokens.ts';
import { logoutUrl } from './logout-url.ts';
import { keyProofs, withNonce } from './key-proofs.ts';
import { claimsOfPerson, verifiedClaims } from './person-claims.ts';
import { refusalOf, upstreamError } from './provider-errors.ts';
import { probeTokenEndpoint } from './probe-token-endpoint.ts';
import { providerDocuments, type ProviderMetadata } from './provider-documents.ts';
import { providerFetch } from './provider-fetch.ts';
import type { Provider, Talk } from './provider-talk.ts';
import { longestRefreshToken, refresh, refreshLife } from './refresh.ts';

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
  const talkTo = async (idp: SpokenTo, at: Parameters<TalkAt>[0] = {}): Promise<Talk> => {
    const provider = providerOf(idp);
    const metadata = elsewhere(await provider.documents.metadata(), at);
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
      const metadata = await providerOf(idp).documents.metadata();
      return logoutUrl(metadata, idp, options.hosts, { ...start, returnTo });
    },
    logout: (idp, token) =>
      readLogoutToken({ idp, documents: providerOf(idp).patient }, token, options.clock()),
    refresh: async (idp, token, subject, wish) => {
      const talk = await talkTo(idp);
      return refresh(talk, { token, subject, wish }, options);
    },
    ...exchanging(talkTo, options),
    ...probing(talkTo, redirectUriOf, options),
  };
}

/** That a provider is down is an answer to a look at it. */
async function unlessDown(idp: IdentityProvider, look: () => Promise<ProbedToken>): Promise<ProbedToken> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof DependencyUnavailable && error.dependency === dependencyOf(idp)) return isDown;
    throw error;
  }
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
    ...(tokens.refresh_token !== undefined && {
      ...{ refreshToken: new Secret(tokens.refresh_token), ...refreshLife(tokens) },
    }),
    ...(tokens.id_token !== undefined && { idToken: tokens.id_token }),
  });
}

function unbelievable(detail: string): Result<never, SignInRefusal> {
  return refuse({ reason: 'upstream_answer_invalid', detail });
}

const isDown: ProbedToken = { status: 503 };

function dependencyOf({ id }: Pick<IdentityProvider, 'id'>): string {
  return `identity provider ${id}`;
}

/** The same provider at another token endpoint of it, or one that takes what it gives. */
function elsewhere(
  metadata: ProviderMetadata,
  { issuer = metadata.issuer, tokenEndpoint = metadata.token_endpoint }: Parameters<TalkAt>[0],
): ProviderMetadata {
  return { ...metadata, issuer, token_endpoint: tokenEndpoint };
}

function exchanging(
  talkTo: (idp: SpokenTo, at: Parameters<TalkAt>[0]) => Promise<Talk>,
  { clock, secrets }: OpenIdProvidersOptions,
): Pick<UpstreamProviders, 'presents' | 'exchange' | 'mint'> {
  const exchange: UpstreamProviders['exchange'] = async (idp, api, presented) => {
    const client = exchangingClient(idp, api);
    try {
      return await exchangeAt((at) => talkTo(client, at), api, presented, clock);
    } catch (error) {
      // What is remembered of our credentials may be old.
      secrets.doubt(client.secretName ?? idp.id);
      throw error;
    }
  };
  const mint: UpstreamProviders['mint'] = async (idp, api, scopes) => {
    const client = exchangingClient(idp, api);
    const minted = await mintAt((at) => talkTo(client, at), api, scopes, clock);
    const fault = !minted.ok && minted.refusal.kind === 'refused' ? minted.refusal.fault : undefined;
    // What is remembered of our credentials may be old.
    if (fault === 'credentials_refused') secrets.doubt(client.secretName ?? idp.id);
    return minted;
  };
  return {
    presents: (idp, { strategy }) => dialectOf(strategy).presents(strategy, idp.clientId),
    ...{ exchange, mint },
  };
}

/** By which client of ours an API is asked for. The secret of another one than people sign in with is its own. */
function exchangingClient(idp: SpokenTo, { id, strategy }: DownstreamApi): SpokenTo {
  if (strategy.client === undefined) return idp;
  return { ...idp, clientId: strategy.client.id, secretName: apiSecretName(id) };
}

function probing(
  talkTo: (idp: SpokenTo, at?: Parameters<TalkAt>[0]) => Promise<Talk>,
  redirectUriOf: (idp: IdentityProvider) => string,
  { clock, random, secrets }: OpenIdProvidersOptions,
): Pick<UpstreamProviders, 'probe' | 'probeExchange'> {
  return {
    probe: async (idp) => {
      // An operator who has just put in another secret wants to know of that one.
      secrets.doubt(idp.id);
      return unlessDown(idp, async () =>
        probeTokenEndpoint(await talkTo(idp), redirectUriOf(idp), random(32)),
      );
    },
    probeExchange: async (idp, api) => {
      const client = exchangingClient(idp, api);
      secrets.doubt(client.secretName ?? idp.id);
      return unlessDown(idp, () => probeExchange((at) => talkTo(client, at), api, random(32), clock));
    },
  };
}
