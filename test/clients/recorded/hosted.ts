import { sdkOfflineAuthorize, sdkRequests, type RecordedClient } from './recorded-client.ts';

const claude: RecordedClient = {
  name: 'Claude',
  peculiarity: 'declares jwt-bearer, and refreshes from two addresses',
  introduction: {
    kind: 'document',
    url: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
    document: {
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      client_name: 'Claude',
      client_uri: 'https://claude.ai',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'https://claude.ai/api/mcp/auth_callback',
  state: 'Qm1wY2xhdWRlLXdlYi1zdGF0ZQ-_',
  ...sdkRequests,
  authorize: sdkOfflineAuthorize,
};

const claudeWithoutDocument: RecordedClient = {
  ...claude,
  name: 'Claude, registering',
  peculiarity: 'is a new client at each connection',
  introduction: {
    kind: 'registration',
    body: {
      client_name: 'Claude',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'tools:read tools:write',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
  },
  ...sdkRequests,
};

const chatGpt: RecordedClient = {
  name: 'ChatGPT',
  peculiarity: 'proves itself by a key behind its jwks_uri',
  introduction: {
    kind: 'document',
    url: 'https://chatgpt.com/oauth/client.json',
    document: {
      client_id: 'https://chatgpt.com/oauth/client.json',
      client_uri: 'https://chatgpt.com/',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'ChatGPT',
      logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    },
  },
  redirectUri: 'https://chatgpt.com/connector_platform_oauth_redirect',
  state: 'oauth_s_68f1c0a7b2d48191',
  authorize:
    'response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&scope={scope}&state={state}&code_challenge={code_challenge}&code_challenge_method=S256&resource={resource}',
  token:
    'grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&client_id={client_id}&code_verifier={code_verifier}&resource={resource}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={client_assertion}',
  refresh:
    'grant_type=refresh_token&refresh_token={refresh_token}&client_id={client_id}&resource={resource}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={client_assertion}',
};

const antigravity: RecordedClient = {
  name: 'Antigravity',
  peculiarity: 'names its scopes at registration, and none at the refresh',
  introduction: {
    kind: 'registration',
    body: {
      client_name: 'Antigravity',
      redirect_uris: ['https://antigravity.google/oauth-callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      scope: 'tools:read tools:write',
    },
  },
  redirectUri: 'https://antigravity.google/oauth-callback',
  state: 'Zx81-antigravity',
  ...sdkRequests,
};

/** Clients that run on a server of their vendor, at one redirect URI over HTTPS. */
export const hostedClients: readonly RecordedClient[] = [claude, claudeWithoutDocument, chatGpt, antigravity];
