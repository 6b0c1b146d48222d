import type { CatalogueEntry } from '../catalogue-entry.ts';

/** Microsoft Graph. https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow */
export const microsoft: CatalogueEntry = {
  name: 'Microsoft',
  credential: ({ tenant = 'common' }) => ({
    kind: 'oauth2',
    authorizationEndpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/authorize`,
    tokenEndpoint: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
    clientAuthentication: 'client_secret_post',
    // https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens: 90 days, and those before stay good.
    refresh: { kind: 'stable', idleSeconds: 7_776_000, narrows: true },
    // https://support.microsoft.com/account-billing/edit-or-revoke-application-permissions-in-the-my-apps-portal
    revocation: { kind: 'by_hand', page: 'https://myapps.microsoft.com' },
  }),
  api: { origins: ['https://graph.microsoft.com'], responseHeaders: ['request-id'] },
  // https://learn.microsoft.com/en-us/graph/permissions-reference
  scopes: {
    'mail:read': {
      description: 'Read your mail',
      upstream: ['Mail.Read', 'offline_access'],
      rules: ['GET /v1.0/me/messages', 'GET /v1.0/me/messages/*', 'GET /v1.0/me/mailFolders'],
    },
    'mail:send': {
      description: 'Send mail in your name',
      upstream: ['Mail.Send', 'offline_access'],
      rules: ['POST /v1.0/me/sendMail'],
    },
    'calendar:read': {
      description: 'See your calendar',
      upstream: ['Calendars.Read', 'offline_access'],
      rules: ['GET /v1.0/me/events', 'GET /v1.0/me/events/*', 'GET /v1.0/me/calendarView'],
    },
    'files:read': {
      description: 'See and read your files in OneDrive',
      upstream: ['Files.Read', 'offline_access'],
      rules: ['GET /v1.0/me/drive', 'GET /v1.0/me/drive/root/children', 'GET /v1.0/me/drive/items/**'],
    },
  },
};
