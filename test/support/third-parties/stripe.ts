import { basicOf, isForm, type Kind, nothing } from './kind.ts';
import { oneScope } from './one-scope.ts';

const [clientId, secret] = ['ca_app', 'sk_stripe-secret-canary'];

/** https://docs.stripe.com/stripe-apps/api-authentication/oauth: the secret key as the name of Basic, an hour that nobody tells. */
export const stripe: Kind = {
  ...{ id: 'stripe', secret, refresh: { graceSeconds: 0 } },
  declared: (origin) => ({
    scopes: oneScope('customers:read', [], 'GET', '/v1/customers'),
    api: { origins: [origin], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', clientId, clientAuthentication: 'client_secret_as_user' },
      authorizationEndpoint: `${origin}/oauth/v2/authorize`,
      tokenEndpoint: `${origin}/v1/oauth/token`,
      ...{
        authorizationParameters: [],
        scopeParameter: 'scope',
        scopeSeparator: ' ',
        body: 'form',
        headers: [],
      },
      answer: { accessSeconds: 3_600, facts: [{ name: 'account', pointer: '/stripe_user_id' }] },
      refresh: { kind: 'rotating', idleSeconds: 31_536_000 },
      revocation: { kind: 'by_hand', page: 'https://dashboard.stripe.com/settings/apps' },
    },
  }),
  paths: { authorize: '/oauth/v2/authorize', token: '/v1/oauth/token' },
  takes: (asked) => isForm(asked) && basicOf(asked) === `${secret}:`,
  given: ({ access, refresh }) => ({
    status: 200,
    body: {
      ...{ access_token: access, refresh_token: refresh, livemode: false, scope: 'stripe_apps' },
      ...{ stripe_publishable_key: 'pk_1', stripe_user_id: 'acct_1', token_type: 'bearer' },
    },
  }),
  refused: {
    client: { status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key' } } },
    code: { status: 400, body: { error: 'invalid_grant', error_description: 'Authorization code expired' } },
    refresh: {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Refresh token does not exist' },
    },
  },
  besides: () => nothing,
};
