import type { CatalogueEntry } from '../catalogue-entry.ts';

/** https://developers.notion.com/reference/versioning */
const version = { 'Notion-Version': '2025-09-03' } as const;

/** It knows no scopes: people pick the pages. https://developers.notion.com/docs/authorization */
export const notion: CatalogueEntry = {
  name: 'Notion',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://api.notion.com/v1/oauth/authorize',
    tokenEndpoint: 'https://api.notion.com/v1/oauth/token',
    clientAuthentication: 'client_secret_basic',
    authorizationParameters: { owner: 'user' },
    body: 'json',
    headers: version,
    answer: { facts: { workspace: '/workspace_id' } },
    // https://developers.notion.com/reference/refresh-a-token
    refresh: { kind: 'rotating' },
    // https://developers.notion.com/reference/revoke-token
    revocation: {
      ...{ kind: 'api', method: 'POST', url: 'https://api.notion.com/v1/oauth/revoke' },
      ...{ authentication: 'client', body: 'json', parameters: { token: '{access_token}' }, done: [200] },
      gone: ['invalid_grant'],
    },
  }),
  api: { origins: ['https://api.notion.com'], headers: version },
  // https://developers.notion.com/reference/intro
  scopes: {
    'pages:read': {
      description: 'Search and read the pages that you pick',
      rules: [
        ...['POST /v1/search', 'GET /v1/pages/*', 'GET /v1/blocks/*', 'GET /v1/blocks/*/children'],
        ...['GET /v1/data_sources/*', 'POST /v1/data_sources/*/query', 'GET /v1/comments'],
      ],
    },
    'pages:write': {
      description: 'Make and change pages, and comment on them',
      rules: [
        ...['POST /v1/pages', 'PATCH /v1/pages/*', 'PATCH /v1/blocks/*', 'PATCH /v1/blocks/*/children'],
        'POST /v1/comments',
      ],
    },
  },
};
