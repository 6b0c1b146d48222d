import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { basicOf, bearerOf, type Kind, type Reply } from './kind.ts';

const [clientId, secret] = ['123.456', 'slack-secret-canary'];

/** Users' tokens that rotate: `ok` instead of a status, tokens below `authed_user`, commas between scopes. */
export const slack: Kind = {
  // https://docs.slack.dev/authentication/using-token-rotation: good once.
  ...{ id: 'slack', secret, refresh: { graceSeconds: 0 } },
  declared: (origin) => ({
    scopes: [
      {
        name: 'messages:write' as ScopeName,
        upstream: ['chat:write'],
        rules: [{ methods: ['POST'], path: '/api/chat.postMessage' }],
      },
    ],
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_basic' },
      authorizationEndpoint: `${origin}/oauth/v2/authorize`,
      tokenEndpoint: `${origin}/api/oauth.v2.access`,
      // https://docs.slack.dev/authentication/installing-with-oauth: `user_scope` is for users' tokens.
      ...{ authorizationParameters: [], scopeParameter: 'user_scope', scopeSeparator: ',' },
      ...{ body: 'form', headers: [] },
      answer: { nested: 'authed_user', okMember: 'ok', facts: [{ name: 'team', pointer: '/team/id' }] },
      refresh: { kind: 'rotating' },
      // https://docs.slack.dev/reference/methods/auth.revoke
      revocation: {
        ...{ kind: 'api', method: 'POST', url: `${origin}/api/auth.revoke`, authentication: 'access_token' },
        ...{ body: 'form', parameters: [], done: [200], okMember: 'ok' },
        gone: ['token_revoked', 'account_inactive'],
      },
    },
  }),
  paths: { authorize: '/oauth/v2/authorize', token: '/api/oauth.v2.access' },
  scope: { parameter: 'user_scope', separator: ',' },
  // Either way: https://docs.slack.dev/authentication/installing-with-oauth#exchanging
  takes: (asked) =>
    basicOf(asked) === `${clientId}:${secret}` || asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }, by) => {
    const token = {
      access_token: access,
      refresh_token: refresh,
      expires_in: 43_200,
      scope: scopes.join(','),
    };
    const team = { id: 'T0001', name: 'Acme' };
    // What was refreshed stands above, and not where it stood at first.
    return by === 'code'
      ? says({ team, authed_user: { id: 'U0001', token_type: 'user', ...token } })
      : says({ team, token_type: 'user', ...token });
  },
  // https://docs.slack.dev/reference/methods/oauth.v2.access#errors
  refused: {
    client: says({ ok: false, error: 'invalid_client_id' }),
    code: says({ ok: false, error: 'invalid_code' }),
    refresh: says({ ok: false, error: 'invalid_refresh_token' }),
  },
  besides: (asked, accounts) => {
    const token = bearerOf(asked);
    if (accounts.scopesOf(token) === undefined) return says({ ok: false, error: 'token_revoked' });
    return asked.path === '/api/auth.revoke' ? says({ revoked: accounts.revoke(token) }) : says({});
  },
};

function says(body: object): Reply {
  return { status: 200, body: { ok: true, ...body } };
}
