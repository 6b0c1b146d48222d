import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { bearerOf, isForm, type Kind, nothing, type Reply } from './kind.ts';

const [clientId, secret] = ['1.apps.googleusercontent.example', 'google-secret-canary'];
const calendar = 'https://www.googleapis.com/auth/calendar';

/** https://developers.google.com/identity/protocols/oauth2/web-server: refresh tokens that stay, and narrow. */
export const google: Kind = {
  ...{ id: 'google', secret, refresh: 'stable', narrows: true },
  declared: (origin) => ({
    scopes: [
      scope('calendar:read', `${calendar}.readonly`, 'GET'),
      scope('events:write', `${calendar}.events`, 'POST'),
    ],
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{
        kind: 'oauth2',
        clientId,
        clientAuthentication: 'client_secret_post',
        issuer: 'https://accounts.google.com',
      },
      authorizationEndpoint: `${origin}/o/oauth2/v2/auth`,
      tokenEndpoint: `${origin}/token`,
      authorizationParameters: [
        { name: 'access_type', value: 'offline' },
        { name: 'prompt', value: 'consent' },
      ],
      ...{ scopeParameter: 'scope', scopeSeparator: ' ', body: 'form', headers: [], answer: { facts: [] } },
      // Six months without use: https://developers.google.com/identity/protocols/oauth2#expiration
      refresh: { kind: 'stable', idleSeconds: 15_552_000, narrows: true },
      revocation: { kind: 'rfc7009', endpoint: `${origin}/revoke` },
    },
  }),
  paths: { authorize: '/o/oauth2/v2/auth', token: '/token' },
  takes: (asked) => isForm(asked) && asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }, by) => ({
    status: 200,
    body: {
      ...{ access_token: access, expires_in: 3_599, scope: scopes.join(' '), token_type: 'Bearer' },
      // Another one comes with none but the first answer.
      ...(by === 'code' && { refresh_token: refresh }),
    },
  }),
  refused: {
    client: { status: 401, body: { error: 'invalid_client', error_description: 'Unauthorized' } },
    code: refused('Bad Request'),
    refresh: refused('Token has been expired or revoked.'),
  },
  besides: (asked, accounts) => {
    if (asked.path !== '/revoke') {
      return accounts.scopesOf(bearerOf(asked)) === undefined ? { status: 401, body: {} } : nothing;
    }
    // https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke: 400 for one that is no more.
    return accounts.revoke(asked.parameters['token'] ?? '')
      ? { status: 200, body: {} }
      : { status: 400, body: { error: 'invalid_token' } };
  },
};

function scope(name: string, upstream: string, method: string) {
  return {
    ...{ name: name as ScopeName, upstream: [upstream] },
    rules: [{ methods: [method], path: '/calendar/v3/**' }],
  };
}

function refused(description: string): Reply {
  return { status: 400, body: { error: 'invalid_grant', error_description: description } };
}
