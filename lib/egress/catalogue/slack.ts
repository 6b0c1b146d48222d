import type { CatalogueEntry } from '../catalogue-entry.ts';

/**
 * An app of Slack in the name of its users. https://docs.slack.dev/authentication/installing-with-oauth
 */
export const slack: CatalogueEntry = {
  name: 'Slack',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://slack.com/oauth/v2/authorize',
    tokenEndpoint: 'https://slack.com/api/oauth.v2.access',
    clientAuthentication: 'client_secret_post',
    // `scope` would ask for a bot.
    scopeParameter: 'user_scope',
    scopeSeparator: ',',
    answer: { nested: 'authed_user', okMember: 'ok', facts: { team: '/team/id' } },
    // https://docs.slack.dev/authentication/using-token-rotation: where the app has turned it on.
    refresh: { kind: 'rotating' },
    // https://docs.slack.dev/reference/methods/auth.revoke
    revocation: {
      ...{ kind: 'api', method: 'POST', url: 'https://slack.com/api/auth.revoke' },
      ...{ authentication: 'access_token', body: 'form', done: [200], okMember: 'revoked' },
      gone: ['token_revoked', 'account_inactive', 'invalid_auth'],
    },
  }),
  api: { origins: ['https://slack.com'], responseHeaders: ['x-oauth-scopes', 'x-accepted-oauth-scopes'] },
  // https://docs.slack.dev/reference/methods
  scopes: {
    'channels:read': {
      description: 'See public channels and what was said in them',
      upstream: ['channels:read', 'channels:history'],
      rules: [
        ...['GET /api/conversations.list', 'GET /api/conversations.info', 'GET /api/conversations.history'],
        'GET /api/conversations.replies',
      ],
    },
    'users:read': {
      description: 'See the people of the workspace',
      upstream: ['users:read'],
      rules: ['GET /api/users.list', 'GET /api/users.info'],
    },
    'chat:write': {
      description: 'Post messages in your name',
      upstream: ['chat:write'],
      rules: ['POST /api/chat.postMessage', 'POST /api/chat.update'],
    },
  },
};
