import type { CatalogueEntry } from '../catalogue-entry.ts';

/**
 * Jira and Confluence in the cloud; each path names the site by its cloud id.
 * https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
 */
export const atlassian: CatalogueEntry = {
  name: 'Atlassian',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://auth.atlassian.com/authorize',
    tokenEndpoint: 'https://auth.atlassian.com/oauth/token',
    clientAuthentication: 'client_secret_post',
    authorizationParameters: { audience: 'api.atlassian.com', prompt: 'consent' },
    body: 'json',
    // Each once, and over after 90 days without use.
    refresh: { kind: 'rotating', idleSeconds: 7_776_000 },
    // https://support.atlassian.com/atlassian-account/docs/manage-connected-apps/
    revocation: { kind: 'by_hand', page: 'https://id.atlassian.com/manage-profile/apps' },
  }),
  api: { origins: ['https://api.atlassian.com'] },
  // https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
  scopes: {
    'issues:read': {
      description: 'Read issues of Jira, and search them',
      upstream: ['read:jira-work', 'offline_access'],
      rules: [
        'GET /oauth/token/accessible-resources',
        ...['GET /ex/jira/*/rest/api/3/issue/*', 'GET /ex/jira/*/rest/api/3/issue/*/comment'],
        ...['GET,POST /ex/jira/*/rest/api/3/search/jql', 'GET /ex/jira/*/rest/api/3/project/search'],
      ],
    },
    'issues:write': {
      description: 'Open and change issues of Jira, and comment on them',
      upstream: ['write:jira-work', 'offline_access'],
      rules: [
        ...['POST /ex/jira/*/rest/api/3/issue', 'PUT /ex/jira/*/rest/api/3/issue/*'],
        'POST /ex/jira/*/rest/api/3/issue/*/comment',
      ],
    },
    'pages:read': {
      description: 'Read pages of Confluence',
      upstream: ['read:page:confluence', 'offline_access'],
      rules: [
        'GET /oauth/token/accessible-resources',
        ...['GET /ex/confluence/*/wiki/api/v2/pages', 'GET /ex/confluence/*/wiki/api/v2/pages/*'],
      ],
    },
  },
};
