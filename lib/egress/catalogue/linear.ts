import type { CatalogueEntry } from '../catalogue-entry.ts';

/** Its API is GraphQL. https://linear.app/developers/oauth-2-0-authentication */
export const linear: CatalogueEntry = {
  name: 'Linear',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://linear.app/oauth/authorize',
    tokenEndpoint: 'https://api.linear.app/oauth/token',
    clientAuthentication: 'client_secret_post',
    scopeSeparator: ',',
    refresh: { kind: 'rotating' },
    revocation: { kind: 'rfc7009', endpoint: 'https://api.linear.app/oauth/revoke' },
  }),
  api: { origins: ['https://api.linear.app'] },
  scopes: {
    read: {
      description: 'Read issues, projects and what is said of them',
      upstream: ['read'],
      rules: [{ methods: ['POST'], path: '/graphql', body: [{ graphql: 'query' }] }],
    },
    'issues:create': {
      description: 'Open issues',
      // What else a request could change, Linear refuses by this.
      upstream: ['issues:create'],
      rules: ['POST /graphql'],
    },
    write: {
      description: 'Change whatever you may change',
      upstream: ['write'],
      rules: ['POST /graphql'],
    },
  },
};
