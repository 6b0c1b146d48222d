import type { CatalogueEntry } from '../catalogue-entry.ts';

const login = 'https://login.salesforce.com/services/oauth2';

/**
 * An external client app of Salesforce; each account has an origin of its own.
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 */
export const salesforce: CatalogueEntry = {
  name: 'Salesforce',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: `${login}/authorize`,
    tokenEndpoint: `${login}/token`,
    clientAuthentication: 'client_secret_post',
    // It says nothing of how long a token is good: the session policy of the org does.
    answer: { facts: { instance_url: '/instance_url' } },
    // Where the app has turned rotation on; otherwise the answer holds no other.
    refresh: { kind: 'rotating' },
    // https://developer.salesforce.com/docs/platform/mobile-sdk/guide/oauth-revoking-tokens.html
    revocation: { kind: 'rfc7009', endpoint: `${login}/revoke` },
  }),
  api: {
    origins: ['https://login.salesforce.com'],
    originFact: 'instance_url',
    originSuffixes: ['.salesforce.com'],
    // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
    responseHeaders: ['sforce-limit-info'],
  },
  // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
  scopes: {
    'records:read': {
      description: 'Read and search records',
      upstream: ['api', 'refresh_token'],
      rules: [
        'GET /services/data/*/sobjects/**',
        'GET /services/data/*/query',
        'GET /services/data/*/query/*',
      ],
    },
    'records:write': {
      description: 'Make and change records',
      upstream: ['api', 'refresh_token'],
      rules: ['POST /services/data/*/sobjects/*', 'PATCH /services/data/*/sobjects/*/*'],
    },
  },
};
