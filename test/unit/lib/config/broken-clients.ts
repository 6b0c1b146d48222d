import { withClient } from './broken-configs.ts';

/** Whom a client belongs to, and what it may do. */
export const brokenClients: readonly (readonly [string, unknown, string])[] = [
  [
    'a client without an agent',
    withClient({ agent: undefined }),
    'clients[0].agent: is missing; write the id of the agent it acts for, or the resource it serves, or redirectUris for people',
  ],
  [
    'a client of an agent and of a resource',
    withClient({ resource: 'files' }),
    "clients[0].agent: 'robot' stands beside a resource; a client has one of the two",
  ],
  [
    'a client of an unknown resource',
    withClient({ agent: undefined, resource: 'file' }),
    "clients[0].resource: 'file' is no resource of this config; did you mean 'files'?",
  ],
  [
    'a client of an unknown agent',
    withClient({ agent: 'robbot' }),
    "clients[0].agent: 'robbot' is no agent of this config; did you mean 'robot'?",
  ],
  [
    'an id of the form that we make',
    withClient({ id: 'dyn_robot' }),
    "clients[0].id: 'dyn_robot' begins with 'dyn_', as ids do that Vestibule makes; choose another",
  ],
  [
    'redirect URIs of the server of a resource',
    withClient({ agent: undefined, resource: 'files', redirectUris: ['https://app.example.com/cb'] }),
    'clients[0].redirectUris: stand on the server of a resource, which nobody signs in with; remove them',
  ],
  [
    'a public client that nobody is sent back to',
    withClient({ authentication: { method: 'none' } }),
    "clients[0].redirectUris: is missing; a client with 'none' is for people alone, who have to be sent back somewhere",
  ],
  [
    'a public client that acts for itself',
    withClient({
      authentication: { method: 'none' },
      redirectUris: ['https://app.example.com/cb'],
      grants: ['client_credentials'],
    }),
    "clients[0].grants: name 'client_credentials', which is for a client of an agent that proves itself; remove it",
  ],
  [
    'codes for a client of nobody without redirect URIs',
    withClient({ agent: undefined, resource: 'files', grants: ['authorization_code'] }),
    'clients[0].grants: stand on the server of a resource, which may exchange tokens at most, and refresh what it got; remove the others',
  ],
  [
    'exchanges of a public client',
    withClient({
      authentication: { method: 'none' },
      redirectUris: ['https://app.example.com/cb'],
      grants: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    }),
    "clients[0].grants: name 'urn:ietf:params:oauth:grant-type:token-exchange', which is for a client of an agent that proves itself; remove it",
  ],
  [
    'exchanges for nobody',
    withClient({
      agent: undefined,
      redirectUris: ['https://app.example.com/cb'],
      grants: ['urn:ietf:params:oauth:grant-type:token-exchange'],
    }),
    "clients[0].grants: name 'urn:ietf:params:oauth:grant-type:token-exchange', which is for a client of an agent that proves itself; remove it",
  ],
  [
    'assertions of a public client',
    withClient({
      authentication: { method: 'none' },
      redirectUris: ['https://app.example.com/cb'],
      grants: ['authorization_code', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    }),
    "clients[0].grants: name 'urn:ietf:params:oauth:grant-type:jwt-bearer', which is for a client that proves itself; remove it",
  ],
  [
    'refreshes without codes',
    withClient({ grants: ['client_credentials', 'refresh_token'] }),
    "clients[0].grants: name 'refresh_token', which follows 'authorization_code', the device grant or token exchange; add one of them, or remove it",
  ],
  [
    'an implied consent of nobody',
    withClient({ consent: 'implied' }),
    "clients[0].consent: 'implied' stands on a client that people do not sign in with; remove it",
  ],
  [
    'a way out for nobody',
    withClient({ postLogoutRedirectUris: ['https://app.example.com/bye'] }),
    'clients[0].postLogoutRedirectUris: a list stands on a client that people do not sign in with; remove it',
  ],
  [
    'a way out over http',
    withClient({
      redirectUris: ['https://app.example.com/cb'],
      postLogoutRedirectUris: ['http://app.example.com/bye'],
    }),
    "clients[0].postLogoutRedirectUris[0]: 'http://app.example.com/bye' is not https; only a callback on the person's own machine may be http",
  ],
  [
    'pushed requests of nobody',
    withClient({ requirePushedRequests: true }),
    'clients[0].requirePushedRequests: true stands on a client that people do not sign in with; remove it',
  ],
];
