import type { CatalogueEntry } from '../catalogue-entry.ts';

/**
 * A Stripe App: its permissions are in its manifest, and the secret is the secret key of its developer.
 * https://docs.stripe.com/stripe-apps/api-authentication/oauth
 */
export const stripe: CatalogueEntry = {
  name: 'Stripe',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://marketplace.stripe.com/oauth/v2/authorize',
    tokenEndpoint: 'https://api.stripe.com/v1/oauth/token',
    clientAuthentication: 'client_secret_as_user',
    answer: { accessSeconds: 3_600, facts: { account: '/stripe_user_id' } },
    // A year, and anew with each use.
    refresh: { kind: 'rotating', idleSeconds: 31_536_000 },
    // People uninstall the app.
    revocation: { kind: 'by_hand', page: 'https://dashboard.stripe.com/settings/apps' },
  }),
  api: {
    origins: ['https://api.stripe.com'],
    // https://docs.stripe.com/connect/authentication, https://docs.stripe.com/api/versioning
    requestHeaders: ['stripe-account', 'stripe-version'],
    responseHeaders: ['request-id'],
  },
  // https://docs.stripe.com/api
  scopes: {
    'customers:read': {
      description: 'See customers and their subscriptions',
      rules: [
        ...['GET /v1/customers', 'GET /v1/customers/*', 'GET /v1/customers/search'],
        ...['GET /v1/subscriptions', 'GET /v1/subscriptions/*'],
      ],
    },
    'payments:read': {
      description: 'See payments, invoices and refunds',
      rules: [
        ...['GET /v1/payment_intents', 'GET /v1/payment_intents/*', 'GET /v1/invoices', 'GET /v1/invoices/*'],
        ...['GET /v1/refunds', 'GET /v1/refunds/*'],
      ],
    },
    'refunds:write': { description: 'Refund payments', rules: ['POST /v1/refunds'] },
  },
};
