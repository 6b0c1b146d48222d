import { isForm, type Kind, nothing, type Reply } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['00000000-ms', 'microsoft-secret-canary'];

/** https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow: each refresh gives another token, and those before stay good. */
export const microsoft: Kind = {
  ...{ id: 'microsoft', secret, refresh: { graceSeconds: 7_776_000 }, narrows: true },
  declared: (origin) => ({
    scopes: [
      ...oneScope('mail:read', ['Mail.Read', 'offline_access'], 'GET', '/v1.0/me/messages'),
      ...oneScope('calendar:read', ['Calendars.Read', 'offline_access'], 'GET', '/v1.0/me/events'),
    ],
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_post' },
      authorizationEndpoint: `${origin}/common/oauth2/v2.0/authorize`,
      tokenEndpoint: `${origin}/common/oauth2/v2.0/token`,
      ...{
        authorizationParameters: [],
        scopeParameter: 'scope',
        scopeSeparator: ' ',
        body: 'form',
        headers: [],
      },
      answer: { facts: [] },
      refresh: { kind: 'stable', idleSeconds: 7_776_000, narrows: true },
      revocation: { kind: 'by_hand', page: 'https://myapps.microsoft.com' },
    },
  }),
  paths: { authorize: '/common/oauth2/v2.0/authorize', token: '/common/oauth2/v2.0/token' },
  takes: (asked) => isForm(asked) && asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }) => ({
    status: 200,
    body: {
      ...{ token_type: 'Bearer', expires_in: 4_811, ext_expires_in: 4_811 },
      ...{ access_token: access, refresh_token: refresh },
      // Whole names of what it is a token for, and nothing of the refresh token.
      scope: scopes
        .filter((name) => name !== 'offline_access')
        .map((name) => `https://graph.microsoft.com/${name}`)
        .join(' '),
    },
  }),
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes
  refused: {
    client: refused(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.'),
    code: refused(400, 'invalid_grant', 'AADSTS70000: The provided value for the code is not valid.'),
    refresh: refused(400, 'invalid_grant', 'AADSTS50173: The provided grant has expired.'),
  },
  besides: () => nothing,
};

function refused(status: number, error: string, description: string): Reply {
  const body = { error, error_description: description, error_codes: [70000], trace_id: 't' };
  return { status, body };
}
