import type { ServiceEgress } from '../../../lambdas/ports/egress-providers.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { basicOf, bearerOf, isForm, type Kind, nothing } from './kind.ts';

const [clientId, secret] = ['own', 'own-secret-canary'];

/** A third party where the deployment itself has an account, and no person. */
export function ownAccount(credential: (origin: string) => ServiceEgress, text: string): Kind {
  return {
    ...{ id: 'own', secret: text, refresh: 'none', paths: { token: '/token' } },
    declared: (origin) => ({
      scopes: [
        {
          name: 'things:read' as ScopeName,
          upstream: ['read'],
          rules: [{ methods: ['GET'], path: '/things' }],
        },
      ],
      api: { origins: [origin], headers: [], responseHeaders: [] },
      credential: credential(origin),
    }),
    takes: (asked) => isForm(asked) && basicOf(asked) === `${clientId}:${secret}`,
    given: ({ access, scopes }) => ({
      status: 200,
      body: { access_token: access, token_type: 'Bearer', expires_in: 600, scope: scopes.join(' ') },
    }),
    refused: {
      ...{ client: { status: 401, body: { error: 'invalid_client' } }, code: nothing, refresh: nothing },
    },
    besides: (asked, accounts) =>
      accounts.scopesOf(bearerOf(asked)) === undefined
        ? { status: 401, body: {} }
        : { status: 200, body: [] },
  };
}

/** RFC 6749 §4.4 at it. */
export const byClientCredentials = ownAccount(
  (origin) => ({
    ...{ kind: 'client_credentials', tokenEndpoint: `${origin}/token`, clientId },
    ...{ clientAuthentication: 'client_secret_basic', scopeSeparator: ' ', body: 'form', headers: [] },
    answer: { facts: [] },
  }),
  secret,
);
