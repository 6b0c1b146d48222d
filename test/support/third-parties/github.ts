import type { EgressProvider } from '../../../lambdas/ports/egress-providers.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import {
  type Accounts,
  type Asked,
  basicOf,
  bearerOf,
  isJson,
  type Kind,
  nothing,
  type Reply,
} from './kind.ts';

const [clientId, secret] = ['Iv1.gh', 'gh-secret-canary'];

/** https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app */
const scopes: EgressProvider['scopes'] = [
  {
    name: 'issues:read' as ScopeName,
    upstream: [],
    rules: [{ methods: ['GET'], path: '/repos/*/*/issues' }],
  },
];

/** User tokens of a GitHub App: refusals with 200, forms unless JSON is asked for, tokens that are good once, no scopes. */
export const github: Kind = {
  ...{ id: 'github', secret, refresh: { graceSeconds: 0 } },
  declared: (origin) => ({
    scopes,
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_post' },
      authorizationEndpoint: `${origin}/login/oauth/authorize`,
      tokenEndpoint: `${origin}/login/oauth/access_token`,
      ...{
        authorizationParameters: [],
        scopeParameter: 'scope',
        scopeSeparator: ' ',
        body: 'form',
        headers: [],
      },
      answer: { facts: [] },
      // https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens: six months.
      refresh: { kind: 'rotating', idleSeconds: 15_897_600 },
      // https://docs.github.com/rest/apps/oauth-applications#delete-an-app-authorization
      revocation: {
        ...{ kind: 'api', method: 'DELETE', url: `${origin}/applications/{client_id}/grant` },
        ...{ authentication: 'client', body: 'json', done: [204], gone: [] },
        parameters: [{ name: 'access_token', value: '{access_token}' }],
        // https://docs.github.com/rest/authentication/authenticating-to-the-rest-api#failed-login-limit
        checkUrl: `${origin}/user`,
      },
    },
  }),
  paths: { authorize: '/login/oauth/authorize', token: '/login/oauth/access_token' },
  takes: ({ parameters }) => parameters['client_id'] === clientId && parameters['client_secret'] === secret,
  given: ({ access, refresh }) => ({
    status: 200,
    // It answers with a form to whoever asks for nothing else; whoever asks for JSON is sent a form here too, as proxies have it.
    body: new URLSearchParams({
      ...{ access_token: access, expires_in: '28800', refresh_token: refresh ?? '' },
      ...{ refresh_token_expires_in: '15897600', scope: '', token_type: 'bearer' },
    }).toString(),
  }),
  // https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
  refused: {
    client: says('incorrect_client_credentials'),
    code: says('bad_verification_code'),
    refresh: says('bad_refresh_token'),
  },
  besides: besidesBy(() => secret),
};

/** An OAuth app of it: its users' tokens are good until they are revoked, and nothing renews them. */
export function githubOAuthApp(secretOf = (): string => secret): Kind {
  return {
    ...{ ...github, refresh: 'none', besides: besidesBy(secretOf) },
    takes: ({ parameters }) => parameters['client_secret'] === secretOf(),
    // https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
    given: ({ access }) => ({
      status: 200,
      body: new URLSearchParams({ access_token: access, scope: 'repo', token_type: 'bearer' }).toString(),
    }),
  };
}

function besidesBy(secretOf: () => string): Kind['besides'] {
  return (asked, accounts) => {
    if (asked.path.startsWith(`/applications/${clientId}/`)) {
      return basicOf(asked) === `${clientId}:${secretOf()}` ? ofApplication(asked, accounts) : badCredentials;
    }
    if (accounts.scopesOf(bearerOf(asked)) === undefined) return badCredentials;
    if (asked.path === '/user') return { status: 200, body: { login: 'octocat' } };
    return asked.path === '/repos/acme/shop/issues' ? { status: 200, body: [] } : nothing;
  };
}

const badCredentials: Reply = { status: 401, body: { message: 'Bad credentials' } };

function ofApplication(asked: Asked, accounts: Accounts): Reply {
  const { access_token: access = '' } = isJson(asked) ? asked.parameters : {};
  const isRevocation = asked.method === 'DELETE' && asked.path.endsWith('/grant');
  return isRevocation && accounts.revoke(access) ? { status: 204, body: {} } : nothing;
}

function says(error: string): Reply {
  return { status: 200, body: { error, error_description: 'as it is documented', error_uri: '/docs' } };
}
