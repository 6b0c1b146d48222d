import { type Asked, basicOf, isJson, type Kind, nothing, type Reply } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['notion-app', 'notion-secret-canary'];
const version = { name: 'notion-version', value: '2025-09-03' };

/** https://developers.notion.com/reference/create-a-token: JSON with Basic, a version in each request, no scopes, no end that is told. */
export const notion: Kind = {
  ...{ id: 'notion', secret, refresh: { graceSeconds: 0 } },
  declared: (origin) => ({
    scopes: oneScope('pages:read', [], 'POST', '/v1/search'),
    api: { origins: [origin], headers: [version], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_basic' },
      authorizationEndpoint: `${origin}/v1/oauth/authorize`,
      tokenEndpoint: `${origin}/v1/oauth/token`,
      authorizationParameters: [{ name: 'owner', value: 'user' }],
      ...{ scopeParameter: 'scope', scopeSeparator: ' ', body: 'json', headers: [version] },
      answer: { facts: [{ name: 'workspace', pointer: '/workspace_id' }] },
      refresh: { kind: 'rotating' },
      // https://developers.notion.com/reference/revoke-token
      revocation: {
        ...{ kind: 'api', method: 'POST', url: `${origin}/v1/oauth/revoke`, authentication: 'client' },
        ...{ body: 'json', parameters: [{ name: 'token', value: '{access_token}' }], done: [200] },
        gone: ['invalid_grant'],
      },
    },
  }),
  paths: { authorize: '/v1/oauth/authorize', token: '/v1/oauth/token' },
  takes: (asked) => isJson(asked) && isOurs(asked),
  given: ({ access, refresh }) => ({
    status: 200,
    body: {
      ...{ access_token: access, refresh_token: refresh, token_type: 'bearer', bot_id: 'b' },
      ...{ workspace_id: 'w-1', workspace_name: 'Acme', owner: { type: 'user' } },
    },
  }),
  refused: {
    ...{ client: failed(401, 'invalid_client'), code: failed(400, 'invalid_grant') },
    refresh: failed(400, 'invalid_grant'),
  },
  besides: (asked, accounts) => {
    if (asked.path !== '/v1/oauth/revoke') return nothing;
    if (!isOurs(asked)) return failed(401, 'invalid_client');
    accounts.revoke(asked.parameters['token'] ?? '');
    return { status: 200, body: {} };
  },
};

function isOurs(asked: Asked): boolean {
  return basicOf(asked) === `${clientId}:${secret}` && asked.headers[version.name] === version.value;
}

/** https://developers.notion.com/reference/status-codes */
function failed(status: number, code: string): Reply {
  return { status, body: { object: 'error', status, code, message: 'as it is documented' } };
}
