import { isJson, type Kind, nothing } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['atl-app', 'atlassian-secret-canary'];

/** https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/: JSON, tokens that are good once and ten minutes more. */
export const atlassian: Kind = {
  ...{ id: 'atlassian', secret, refresh: { graceSeconds: 600 } },
  declared: (origin) => ({
    scopes: oneScope(
      'issues:read',
      ['read:jira-work', 'offline_access'],
      'GET',
      '/ex/jira/*/rest/api/3/issue/*',
    ),
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_post' },
      ...{ authorizationEndpoint: `${origin}/authorize`, tokenEndpoint: `${origin}/oauth/token` },
      authorizationParameters: [
        { name: 'audience', value: 'api.atlassian.com' },
        { name: 'prompt', value: 'consent' },
      ],
      ...{ scopeParameter: 'scope', scopeSeparator: ' ', body: 'json', headers: [], answer: { facts: [] } },
      refresh: { kind: 'rotating', graceSeconds: 600, idleSeconds: 7_776_000 },
      revocation: { kind: 'by_hand', page: 'https://id.atlassian.com/manage-profile/apps' },
    },
  }),
  paths: { authorize: '/authorize', token: '/oauth/token' },
  takes: (asked) => isJson(asked) && asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }) => ({
    status: 200,
    body: {
      ...{ access_token: access, refresh_token: refresh, expires_in: 3_600, token_type: 'Bearer' },
      scope: scopes.join(' '),
    },
  }),
  refused: {
    client: { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } },
    code: { status: 403, body: { error: 'invalid_grant', error_description: 'Invalid authorization code' } },
    // https://community.developer.atlassian.com/t/60806
    refresh: {
      ...{
        status: 403,
        body: { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
      },
    },
  },
  besides: () => nothing,
};
