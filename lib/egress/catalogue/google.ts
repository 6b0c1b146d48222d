import type { CatalogueEntry } from '../catalogue-entry.ts';

const gmail = 'https://gmail.googleapis.com';

/** https://developers.google.com/identity/protocols/oauth2/web-server */
export const google: CatalogueEntry = {
  name: 'Google',
  credential: () => ({
    kind: 'oauth2',
    authorizationEndpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    tokenEndpoint: 'https://oauth2.googleapis.com/token',
    clientAuthentication: 'client_secret_post',
    // Without both, somebody who agreed before gets no refresh token.
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
    // https://developers.google.com/identity/protocols/oauth2#expiration: six months.
    refresh: { kind: 'stable', idleSeconds: 15_552_000, narrows: true },
    // https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    revocation: { kind: 'rfc7009', endpoint: 'https://oauth2.googleapis.com/revoke' },
  }),
  api: { origins: ['https://www.googleapis.com', gmail] },
  // https://developers.google.com/identity/protocols/oauth2/scopes
  scopes: {
    'calendar:read': {
      description: 'See your calendars and what is in them',
      upstream: ['https://www.googleapis.com/auth/calendar.readonly'],
      rules: [
        ...['GET /calendar/v3/users/me/calendarList', 'GET /calendar/v3/calendars/*/events'],
        'GET /calendar/v3/calendars/*/events/*',
      ],
    },
    'calendar:write': {
      description: 'Make and change events in your calendars',
      upstream: ['https://www.googleapis.com/auth/calendar.events'],
      rules: ['POST /calendar/v3/calendars/*/events', 'PUT,PATCH,DELETE /calendar/v3/calendars/*/events/*'],
    },
    'drive:read': {
      description: 'See and read your files in Drive',
      upstream: ['https://www.googleapis.com/auth/drive.readonly'],
      rules: ['GET /drive/v3/files', 'GET /drive/v3/files/*', 'GET /drive/v3/files/*/export'],
    },
    'mail:read': {
      description: 'Read your mail',
      upstream: ['https://www.googleapis.com/auth/gmail.readonly'],
      rules: [
        { methods: ['GET'], path: '/gmail/v1/users/me/messages', origin: gmail },
        { methods: ['GET'], path: '/gmail/v1/users/me/messages/*', origin: gmail },
        { methods: ['GET'], path: '/gmail/v1/users/me/threads/*', origin: gmail },
      ],
    },
  },
};
