import type { CatalogueEntry } from '../catalogue-entry.ts';

/** https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api */
export const githubApi: CatalogueEntry['api'] = {
  origins: ['https://api.github.com'],
  headers: {
    Accept: 'application/vnd.github+json',
    'X-GitHub-Api-Version': '2022-11-28',
    // Requests without one are refused.
    'User-Agent': 'Vestibule',
  },
  // https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
  responseHeaders: [
    ...['link', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-ratelimit-used'],
    ...['x-ratelimit-resource', 'x-github-request-id'],
  ],
};

/** https://docs.github.com/en/rest/repos/contents, /issues/issues, /issues/comments, /pulls/pulls */
export const githubRules = {
  'contents:read': {
    description: 'Read repositories and the files in them',
    rules: [
      'GET /user/repos',
      ...['GET /repos/*/*', 'GET /repos/*/*/contents', 'GET /repos/*/*/contents/**'],
      ...['GET /repos/*/*/branches', 'GET /repos/*/*/commits', 'GET /repos/*/*/commits/*'],
    ],
  },
  'issues:read': {
    description: 'Read issues and what is said of them',
    rules: [
      ...['GET /repos/*/*/issues', 'GET /repos/*/*/issues/*', 'GET /repos/*/*/issues/*/comments'],
      'GET /repos/*/*/labels',
    ],
  },
  'issues:write': {
    description: 'Open and change issues, and comment on them',
    rules: [...['POST /repos/*/*/issues', 'PATCH /repos/*/*/issues/*', 'POST /repos/*/*/issues/*/comments']],
  },
  'pull-requests:read': {
    description: 'Read pull requests and what they change',
    rules: [
      ...['GET /repos/*/*/pulls', 'GET /repos/*/*/pulls/*', 'GET /repos/*/*/pulls/*/files'],
      'GET /repos/*/*/pulls/*/comments',
    ],
  },
} as const satisfies CatalogueEntry['scopes'];
