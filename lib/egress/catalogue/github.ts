import type { CatalogueEntry } from '../catalogue-entry.ts';
import { githubApi, githubRules } from './github-api.ts';

/**
 * A GitHub App in the name of its users. It has no scopes: what its permissions and theirs both allow.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
export const github: CatalogueEntry = {
  name: 'GitHub',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://github.com/login/oauth/authorize',
    tokenEndpoint: 'https://github.com/login/oauth/access_token',
    clientAuthentication: 'client_secret_post',
    // The answer is a form otherwise.
    headers: { Accept: 'application/json' },
    // https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens
    refresh: { kind: 'rotating', idleSeconds: 15_897_600 },
    // https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
    revocation: {
      ...{ kind: 'api', method: 'DELETE', url: 'https://api.github.com/applications/{client_id}/grant' },
      ...{ authentication: 'client', body: 'json', parameters: { access_token: '{access_token}' } },
      done: [204],
      // Of an OAuth app: its tokens are good until they are revoked. Its own check of tokens (#check-a-token) may answer 404 for the app too.
      // https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#failed-login-limit
      checkUrl: 'https://api.github.com/user',
    },
  }),
  api: githubApi,
  scopes: githubRules,
};
