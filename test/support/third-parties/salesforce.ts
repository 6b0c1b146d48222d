import { isForm, type Kind, nothing, type Reply } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['3MVG9', 'salesforce-secret-canary'];

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm: no end that is told, an origin for each account. */
export const salesforce: Kind = {
  ...{ id: 'salesforce', secret, refresh: 'stable' },
  declared: (origin) => ({
    scopes: oneScope('records:read', ['api', 'refresh_token'], 'GET', '/services/data/*/query'),
    api: {
      ...{ origins: [origin], originFact: 'instance_url', originSuffixes: ['.salesforce.com'] },
      ...{ headers: [], responseHeaders: [] },
    },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_post' },
      authorizationEndpoint: `${origin}/services/oauth2/authorize`,
      tokenEndpoint: `${origin}/services/oauth2/token`,
      ...{
        authorizationParameters: [],
        scopeParameter: 'scope',
        scopeSeparator: ' ',
        body: 'form',
        headers: [],
      },
      answer: { facts: [{ name: 'instance_url', pointer: '/instance_url' }] },
      refresh: { kind: 'rotating' },
      revocation: { kind: 'rfc7009', endpoint: `${origin}/services/oauth2/revoke` },
    },
  }),
  paths: { authorize: '/services/oauth2/authorize', token: '/services/oauth2/token' },
  takes: (asked) => isForm(asked) && asked.parameters['client_secret'] === secret,
  given: ({ access, refresh, scopes }, by) => ({
    status: 200,
    body: {
      ...{ access_token: access, instance_url: 'https://acme.my.salesforce.com', token_type: 'Bearer' },
      ...{ id: 'https://login.salesforce.com/id/00D/005', issued_at: '1800000000000', signature: 's' },
      ...{ scope: scopes.join(' '), ...(by === 'code' && { refresh_token: refresh }) },
    },
  }),
  refused: {
    client: refused('invalid_client', 'invalid client credentials'),
    code: refused('invalid_grant', 'expired authorization code'),
    refresh: refused('invalid_grant', 'expired access/refresh token'),
  },
  besides: (asked, accounts) => {
    if (asked.path !== '/services/oauth2/revoke') return nothing;
    return accounts.revoke(asked.parameters['token'] ?? '')
      ? { status: 200, body: {} }
      : { status: 400, body: { error: 'invalid_token' } };
  },
};

function refused(error: string, description: string): Reply {
  return { status: 400, body: { error, error_description: description } };
}
