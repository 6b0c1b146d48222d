import { upstreamMetadata, type UpstreamMetadata } from '../../../oauth/enrolment/upstream-metadata.ts';
import { profileOf } from '../../../oauth/people/profiles/profile-of.ts';
import type { RegistrationApi } from '../../../oauth/people/profiles/profile.ts';
import type {
  Bootstrap,
  Called,
  UpstreamRegistrationRefusal,
  UpstreamRegistrations,
} from '../../../ports/enrolments.ts';
import type { IdentityProvider } from '../../../ports/identity-providers.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { IdpId, Issuer } from '../../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../../runtime/result.ts';
import type { DocumentHosts } from '../document-url.ts';
import { providerDocuments, type ProviderMetadata } from '../provider-documents.ts';
import { providerFetch } from '../provider-fetch.ts';
import { byApiToken } from './api-token.ts';
import { byInitialAccessToken } from './initial-access-token.ts';
import { madeClient } from './made-client.ts';
import { openRegistration } from './open-registration.ts';
import { answerTo, membersOf, type RegistrationDialect, type RegistrationTalk } from './registration-talk.ts';

interface Options {
  /** Ours: callbacks are under it. */
  readonly issuer: Issuer;
  readonly hosts: DocumentHosts;
  readonly clock: Clock;
  /** What an administrator has put in for the provider. */
  readonly bootstrap: (idp: IdpId) => Promise<Bootstrap>;
}

/** The registration APIs of identity providers, by their discovery documents. */
export function upstreamRegistrations(options: Options): UpstreamRegistrations {
  return {
    prepare: async (idp, called) => {
      const api = profileOf(idp).registration;
      const talk = await talkTo(options, idp);
      if (!talk.ok) return talk;
      const authorization = await dialectOf(api)?.authorization(talk.value);
      if (authorization === undefined)
        return unsupported('the credential for it is not put in, or not taken');
      const metadata = metadataAt(options, talk.value, api, called);
      const { token_endpoint_auth_method: method, redirect_uris: redirectUris } = metadata;
      const request = {
        ...{ method: 'POST', url: talk.value.endpoint, body: JSON.stringify(metadata) },
        authorization: authorization.header,
      };
      return ok(async () => {
        const { status, text } = await answerTo(talk.value, request);
        if (status !== 200 && status !== 201) return refused(status, text);
        const needsToken = api.kind === 'initial_access_token';
        return madeClient(text, { method, redirectUri: redirectUris[0], needsToken });
      });
    },
    remove: async (idp, client) => {
      const talk = await talkTo(options, idp);
      const dialect = dialectOf(profileOf(idp).registration);
      return talk.ok && dialect !== undefined ? dialect.remove(talk.value, client) : 'refused';
    },
    rename: async (idp, made, called) => {
      const api = profileOf(idp).registration;
      const talk = await talkTo(options, idp);
      const dialect = dialectOf(api);
      if (!talk.ok || dialect === undefined) return { outcome: 'refused' };
      return dialect.rename(talk.value, made, metadataAt(options, talk.value, api, called));
    },
    find: async (idp, name) => {
      const talk = await talkTo(options, idp);
      return talk.ok ? dialectOf(profileOf(idp).registration)?.find(talk.value, name) : undefined;
    },
  };
}

async function talkTo(
  { hosts, clock, bootstrap }: Options,
  idp: IdentityProvider,
): Promise<Result<RegistrationTalk, UpstreamRegistrationRefusal>> {
  const { id, issuer } = idp;
  const fetch = providerFetch(id, hosts);
  const named = profileOf(idp).issuers.ofMetadata(idp);
  const metadata = await providerDocuments({ idp: id, issuer, named, hosts, fetch, clock }).metadata();
  const endpoint = metadata.registration_endpoint;
  if (typeof endpoint !== 'string') return unsupported('its discovery document has no registration_endpoint');
  // The credential may make clients of any kind there: it is shown to nobody but the host that it is of.
  if (URL.parse(endpoint)?.origin !== new URL(issuer).origin) {
    return unsupported('its registration_endpoint is at another host than its issuer');
  }
  return ok({ idp, metadata, endpoint, fetch, bootstrap: () => bootstrap(id) });
}

function dialectOf(api: RegistrationApi): RegistrationDialect | undefined {
  switch (api.kind) {
    case 'none':
    case 'user_pool':
      return undefined;
    case 'initial_access_token':
      return byInitialAccessToken;
    case 'api_token':
      return byApiToken(api.scheme);
    case 'open':
      return openRegistration(api.management);
  }
}

function metadataAt(
  { issuer }: Options,
  { idp, metadata }: RegistrationTalk,
  api: RegistrationApi,
  { client, name }: Called,
): UpstreamMetadata {
  const redirectUri = `${issuer}/callback/${idp.id}`;
  return upstreamMetadata(api, {
    ...{ name, redirectUri, method: methodAt(api, metadata) },
    ...(metadata.backchannel_logout_supported === true && {
      logoutUri: `${issuer}/backchannel-logout/${idp.id}/${client}`,
    }),
  });
}

/** OIDC Discovery §3: Basic is what it takes that says nothing. */
function methodAt(api: RegistrationApi, metadata: ProviderMetadata): string {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') && api.kind !== 'open'
    ? 'client_secret_basic'
    : 'client_secret_post';
}

function refused(status: number, text: string): Result<never, UpstreamRegistrationRefusal> {
  const { error } = membersOf(text);
  const isCode = typeof error === 'string' && /^[\x21\x23-\x5B\x5D-\x7E]{1,64}$/.test(error);
  return refuse({ kind: 'refused', status, ...(isCode && { error }) });
}

function unsupported(problem: string): Result<never, UpstreamRegistrationRefusal> {
  return refuse({ kind: 'unsupported', problem });
}
