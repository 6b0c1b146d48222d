import { isForm, type Kind, nothing } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['linear-app', 'linear-secret-canary'];

/** https://linear.app/developers/oauth-2-0-authentication: commas between scopes, each refresh token once. */
export const linear: Kind = {
  ...{ id: 'linear', secret, refresh: { graceSeconds: 1_800 } },
  declared: (origin) => ({
    scopes: [
      ...oneScope('read', ['read'], 'POST', '/graphql'),
      ...oneScope('issues:create', ['issues:create'], 'POST', '/graphql'),
    ],
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_post' },
      ...{ authorizationEndpoint: `${origin}/oauth/authorize`, tokenEndpoint: `${origin}/oauth/token` },
      ...{
        authorizationParameters: [],
        scopeParameter: 'scope',
        scopeSeparator: ',',
        body: 'form',
        headers: [],
      },
      answer: { facts: [] },
      refresh: { kind: 'rotating', graceSeconds: 1_800 },
      revocation: { kind: 'rfc7009', endpoint: `${origin}/oauth/revoke` },
    },
  }),
  paths: { authorize: '/oauth/authorize', token: '/oauth/token' },
  scope: { parameter: 'scope', separator: ',' },
  takes: (asked) => isForm(asked) && asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }) => ({
    status: 200,
    // A day; and a list of what was granted.
    body: {
      ...{ access_token: access, refresh_token: refresh, token_type: 'Bearer', expires_in: 86_399 },
      scope: scopes,
    },
  }),
  refused: {
    client: { status: 401, body: { error: 'invalid_client' } },
    code: { status: 400, body: { error: 'invalid_grant' } },
    refresh: { status: 400, body: { error: 'invalid_grant' } },
  },
  besides: (asked, accounts) => {
    if (asked.path !== '/oauth/revoke') return nothing;
    // 400 for one that is revoked already.
    return accounts.revoke(asked.parameters['token'] ?? '')
      ? { status: 200, body: {} }
      : { status: 400, body: { error: 'invalid_grant' } };
  },
};
