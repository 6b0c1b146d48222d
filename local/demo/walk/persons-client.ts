import { randomBytes } from 'node:crypto';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';

/** The OAuth side of an MCP client that a person uses. It keeps in memory what others keep on disk. */
export interface PersonsClient {
  readonly provider: OAuthClientProvider;
  /** Where the client sends the person; throws as long as it has not. */
  readonly authorizationUrl: () => URL;
  readonly clientId: () => string | undefined;
  readonly tokens: () => OAuthTokens | undefined;
  readonly keep: (tokens: OAuthTokens | undefined) => void;
}

/** With `clientId` the client is known by its metadata document at that URL; without, it registers (RFC 7591). */
export function personsClient(metadata: OAuthClientMetadata, clientId?: string): PersonsClient {
  let information: OAuthClientInformationMixed | undefined =
    clientId === undefined ? undefined : { client_id: clientId };
  let tokens: OAuthTokens | undefined;
  let verifier = '';
  let authorizationUrl: URL | undefined;
  return {
    authorizationUrl: () => {
      if (authorizationUrl === undefined) throw new Error('the client sent nobody to sign in');
      return authorizationUrl;
    },
    clientId: () => information?.client_id,
    tokens: () => tokens,
    keep: (kept) => {
      tokens = kept;
    },
    provider: {
      redirectUrl: metadata.redirect_uris[0],
      clientMetadata: metadata,
      state: () => randomBytes(16).toString('base64url'),
      clientInformation: () => information,
      saveClientInformation: (saved) => {
        information = saved;
      },
      tokens: () => tokens,
      saveTokens: (saved) => {
        tokens = saved;
      },
      redirectToAuthorization: (url) => {
        authorizationUrl = url;
      },
      saveCodeVerifier: (saved) => {
        verifier = saved;
      },
      codeVerifier: () => verifier,
    },
  };
}
