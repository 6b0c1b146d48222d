import type { CatalogueEntry } from '../catalogue-entry.ts';
import { githubApi, githubRules } from './github-api.ts';

/**
 * A GitHub App as one of its installations; the entry names the installation and the key. Tokens are narrowed to
 * repositories and permissions where they are made.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export const githubApp: CatalogueEntry = {
  name: 'GitHub',
  api: githubApi,
  // https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps
  scopes: {
    'contents:read': {
      ...githubRules['contents:read'],
      upstream: ['contents:read', 'metadata:read'],
      rules: [
        'GET /installation/repositories',
        ...githubRules['contents:read'].rules.filter((rule) => rule !== 'GET /user/repos'),
      ],
    },
    'issues:read': { ...githubRules['issues:read'], upstream: ['issues:read'] },
    'issues:write': { ...githubRules['issues:write'], upstream: ['issues:write'] },
    'pull-requests:read': { ...githubRules['pull-requests:read'], upstream: ['pull_requests:read'] },
  },
};
