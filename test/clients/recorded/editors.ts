import { sdkRequests, type RecordedClient } from './recorded-client.ts';

const visualStudioCode: RecordedClient = {
  name: 'Visual Studio Code',
  peculiarity: 'sends a long URI as its state, and no resource to the token endpoint',
  introduction: {
    kind: 'document',
    url: 'https://vscode.dev/oauth/client-metadata.json',
    document: {
      client_name: 'Visual Studio Code',
      logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_uri: 'https://vscode.dev/product',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    },
  },
  redirectUri: 'https://vscode.dev/redirect',
  state: `vscode://dynamicauthprovider/localhost%3A9400/authorize?nonce=${'6f3a9c52e1'.repeat(12)}&windowId=1&vscode-reqid=7&vscode-scheme=vscode&vscode-authority=dynamicauthprovider&vscode-path=%2Flocalhost%253A9400%2Fauthorize`,
  authorize:
    'client_id={client_id}&response_type=code&state={state}&code_challenge={code_challenge}&code_challenge_method=S256&scope={scope}&redirect_uri={redirect_uri}&resource={resource}',
  token:
    'client_id={client_id}&grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&code_verifier={code_verifier}',
  refresh: 'client_id={client_id}&grant_type=refresh_token&refresh_token={refresh_token}',
};

const visualStudioCodeOnLoopback: RecordedClient = {
  ...visualStudioCode,
  name: 'Visual Studio Code, at a port of its own',
  peculiarity: 'takes another port when 33418 is taken, and leaves out the slash after it',
  redirectUri: 'http://127.0.0.1:51234',
};

const visualStudioCodeRegistering: RecordedClient = {
  ...visualStudioCode,
  name: 'Visual Studio Code, registering',
  peculiarity: 'registers for the device grant, and would send a secret that it gets',
  introduction: {
    kind: 'registration',
    body: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      scope: 'tools:read',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    answer: {
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    },
  },
  redirectUri: 'http://127.0.0.1:33418/',
};

const cursor: RecordedClient = {
  name: 'Cursor',
  peculiarity:
    'registers three redirect URIs of three kinds at once, as a web application with a scheme of its own',
  introduction: {
    kind: 'registration',
    body: {
      client_name: 'Cursor',
      application_type: 'web',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'cursor://anysphere.cursor-mcp/oauth/callback',
  state: 'eyJpZCI6Im9yZGVycyIsImQiOiJwcm9qZWN0LTAifQ==',
  ...sdkRequests,
};

const zed: RecordedClient = {
  name: 'Zed',
  peculiarity: 'lists a loopback redirect URI without a port',
  introduction: {
    kind: 'document',
    url: 'https://zed.dev/oauth/client-metadata.json',
    document: {
      client_id: 'https://zed.dev/oauth/client-metadata.json',
      client_name: 'Zed',
      client_uri: 'https://zed.dev',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      logo_uri: 'https://cdn.zed.dev/images/logo-dark.png',
    },
  },
  redirectUri: 'http://127.0.0.1:49152/callback',
  state: '5d41402abc4b2a76b9719d911017c592',
  authorize:
    'response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&scope={scope}&resource={resource}&code_challenge={code_challenge}&code_challenge_method=S256&state={state}',
  token:
    'grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&client_id={client_id}&code_verifier={code_verifier}&resource={resource}',
  refresh: 'grant_type=refresh_token&refresh_token={refresh_token}&client_id={client_id}&resource={resource}',
};

/** Clients inside an editor. */
export const editors: readonly RecordedClient[] = [
  visualStudioCode,
  visualStudioCodeOnLoopback,
  visualStudioCodeRegistering,
  cursor,
  zed,
];
