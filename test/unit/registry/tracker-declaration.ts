/** A third party as a deployment declares it. */
export const rule = { methods: ['GET'], path: '/repos/*/*/issues' };
export const issues = { name: 'issues:read', upstream: ['repo'], rules: [rule] };
export const tracker = {
  ...{ id: 'tracker', name: 'Tracker' },
  scopes: [issues],
  api: { origins: ['https://api.tracker.example.com'] },
  credential: {
    kind: 'oauth2',
    authorization_endpoint: 'https://tracker.example.com/authorize',
    token_endpoint: 'https://tracker.example.com/token',
    client_id: 'ours',
    client_authentication: 'client_secret_basic',
    revocation: { kind: 'rfc7009', endpoint: 'https://tracker.example.com/revoke' },
  },
  agents: [{ agent: 'planner', name: 'Planner', scopes: ['issues:read'] }],
};
export const { credential } = tracker;

export const apiKey = { kind: 'api_key', place: 'header', name: 'Authorization', prefix: 'Token ' };
