import { sdkRequests, type RecordedClient } from './recorded-client.ts';

const claudeCode: RecordedClient = {
  name: 'Claude Code',
  peculiarity: 'lists loopback redirect URIs without a port, and comes from any',
  introduction: {
    kind: 'document',
    url: 'https://claude.ai/oauth/claude-code-client-metadata',
    document: {
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      client_uri: 'https://claude.ai',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://localhost:54545/callback',
  state: 'b3VyLXN0YXRlLW9mLWNsYXVkZS1jb2Rl',
  ...sdkRequests,
};

const codex: RecordedClient = {
  name: 'Codex',
  peculiarity: 'sends no resource with a refresh, and several processes share one refresh token',
  introduction: {
    kind: 'document',
    url: 'https://chatgpt.com/oauth/codex/client.json',
    document: {
      client_id: 'https://chatgpt.com/oauth/codex/client.json',
      client_name: 'Codex',
      client_uri: 'https://chatgpt.com/',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  },
  redirectUri: 'http://127.0.0.1:1455/callback',
  state: 'Yk3jv0cQ8Vt1C6mS',
  authorize:
    'response_type=code&client_id={client_id}&state={state}&code_challenge={code_challenge}&code_challenge_method=S256&redirect_uri={redirect_uri}&scope={scope}&resource={resource}',
  token:
    'grant_type=authorization_code&code={code}&code_verifier={code_verifier}&client_id={client_id}&redirect_uri={redirect_uri}&resource={resource}',
  refresh: 'grant_type=refresh_token&refresh_token={refresh_token}&client_id={client_id}',
};

const inspector: RecordedClient = {
  name: 'MCP Inspector',
  peculiarity: 'registers with an empty scope',
  introduction: {
    kind: 'registration',
    body: {
      redirect_uris: ['http://localhost:6274/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      scope: '',
      application_type: 'native',
    },
  },
  redirectUri: 'http://localhost:6274/oauth/callback',
  state: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ...sdkRequests,
};

const mcpRemote: RecordedClient = {
  name: 'mcp-remote',
  peculiarity: 'asks for every scope that the server of the tools names',
  introduction: {
    kind: 'registration',
    body: {
      redirect_uris: ['http://localhost:19457/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      scope: 'tools:read tools:write',
    },
  },
  redirectUri: 'http://localhost:19457/oauth/callback',
  state: '7c9e6679-7425-40de-944b-e07fc1f90ae7',
  ...sdkRequests,
};

const geminiCli: RecordedClient = {
  name: 'Gemini CLI',
  peculiarity: 'refuses an answer without iss, and names no scope when it has none configured',
  introduction: {
    kind: 'registration',
    body: {
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://localhost:7777/oauth/callback',
  state: 'Kx2v9R4fQ0y8Tn3w',
  authorize:
    'client_id={client_id}&response_type=code&redirect_uri={redirect_uri}&state={state}&code_challenge={code_challenge}&code_challenge_method=S256&resource={resource}',
  token:
    'grant_type=authorization_code&code={code}&redirect_uri={redirect_uri}&code_verifier={code_verifier}&client_id={client_id}&resource={resource}',
  refresh: 'grant_type=refresh_token&refresh_token={refresh_token}&client_id={client_id}&resource={resource}',
};

const openCode: RecordedClient = {
  name: 'OpenCode',
  peculiarity: 'has one fixed port and a path of its own',
  introduction: {
    kind: 'document',
    url: 'https://opencode.ai/oauth/opencode/client.json',
    document: {
      client_id: 'https://opencode.ai/oauth/opencode/client.json',
      client_name: 'OpenCode',
      client_uri: 'https://opencode.ai',
      redirect_uris: ['http://127.0.0.1:19876/mcp/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
  },
  redirectUri: 'http://127.0.0.1:19876/mcp/oauth/callback',
  state: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  ...sdkRequests,
};

/** Clients in a terminal, which listen on the person's own machine. */
export const commandLineClients: readonly RecordedClient[] = [
  claudeCode,
  codex,
  inspector,
  mcpRemote,
  geminiCli,
  openCode,
];
