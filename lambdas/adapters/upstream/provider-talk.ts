import type {
  allowInsecureRequests,
  AuthorizationServer,
  Client,
  ClientAuth,
  customFetch,
  DPoPHandle,
} from 'oauth4webapi';
import type { ProviderProfile } from '../../oauth/people/profiles/profile.ts';
import type { IdentityProvider } from '../../ports/identity-providers.ts';
import type { ProviderDocuments, ProviderMetadata } from './provider-documents.ts';
import type { ProviderFetch } from './provider-fetch.ts';

/** One provider as it is known to this instance. */
export interface Provider {
  readonly issuer: string;
  /** What its metadata has to name. */
  readonly named: string;
  readonly fetch: ProviderFetch;
  readonly keyProofs: () => Promise<DPoPHandle>;
  readonly documents: ProviderDocuments;
  /** For those who prove nothing. */
  readonly patient: ProviderDocuments;
}

/** A provider as one request talks to it. */
export interface Talk extends Provider {
  readonly idp: IdentityProvider;
  readonly profile: ProviderProfile;
  readonly metadata: ProviderMetadata;
  readonly as: AuthorizationServer;
  readonly client: Client;
  readonly auth: ClientAuth;
  readonly options: {
    readonly [customFetch]: ProviderFetch;
    readonly [allowInsecureRequests]: true;
    /** Where the provider is to be shown a key. */
    readonly DPoP?: DPoPHandle;
  };
}
