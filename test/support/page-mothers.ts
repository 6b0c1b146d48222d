import type { AccountView } from '../../lambdas/http/pages/account.ts';
import { accountPage } from '../../lambdas/http/pages/account.ts';
import { type ChooserView, chooserPage } from '../../lambdas/http/pages/chooser.ts';
import { type ConsentView, consentPage, redirectPlace } from '../../lambdas/http/pages/consent.ts';
import { connectedPage } from '../../lambdas/http/pages/connected.ts';
import { connectPage, type ConnectView } from '../../lambdas/http/pages/connect.ts';
import {
  deviceApprovedPage,
  deviceDeniedPage,
  devicePage,
  type DeviceView,
  userCodePage,
} from '../../lambdas/http/pages/device.ts';
import {
  type LeavingView,
  leavingPage,
  type StrangersView,
  strangersPage,
} from '../../lambdas/http/pages/leaving.ts';
import { lookOf } from '../../lambdas/http/pages/look.ts';
import {
  logoutPage,
  type LogoutView,
  signedOutPage,
  type SignedOutView,
} from '../../lambdas/http/pages/logout.ts';
import { type MessageView, messagePage } from '../../lambdas/http/pages/message.ts';
import type { HttpResponse } from '../../lambdas/http/message.ts';
import { instant } from '../../lambdas/runtime/clock.ts';

export const look = lookOf({ name: 'Northwind Traders', accent: '#0b6b57' });

export const consent: ConsentView = {
  client: { name: 'Claude', origin: { kind: 'document', host: 'claude.ai' } },
  redirect: redirectPlace('https://claude.ai/api/mcp/auth_callback'),
  resource: { name: 'Orders', host: 'orders.northwind.example' },
  scopes: [
    { name: 'openid' },
    { name: 'orders:read', description: 'Read orders and their history' },
    { name: 'orders:write', description: 'Change and cancel orders' },
  ],
  offline: true,
  idp: 'Northwind sign-in',
  action: '/consent',
  fields: { request: 'v1.sealed_request' },
  leadsTo: ['https://login.northwind.example', 'https://claude.ai/api/mcp/auth_callback'],
};

export const loopbackConsent: ConsentView = {
  ...consent,
  client: { name: 'mcp-remote', origin: { kind: 'self' } },
  redirect: redirectPlace('http://127.0.0.1:33418/callback'),
  person: 'Alice Adams',
  leadsTo: ['https://login.northwind.example', 'http://127.0.0.1:33418/callback'],
};

export const longConsent: ConsentView = {
  ...consent,
  client: {
    name: `An assistant with a very long name ${'Donaudampfschifffahrtsgesellschaft'.repeat(3)}`,
    origin: { kind: 'document', host: `${'long-label-'.repeat(5)}x.example.com` },
  },
  redirect: redirectPlace('com.example.assistant.of.the.company:/oauth2redirect'),
  resource: { name: 'سجلّ الطلبات', host: 'orders.northwind.example' },
  scopes: [{ name: `urn:example:${'a'.repeat(120)}` }, ...consent.scopes],
  person: 'עדי כהן',
};

export const chooser: ChooserView = {
  client: 'Claude',
  idps: [
    { id: 'staff', name: 'Northwind staff' },
    { id: 'partners', name: 'Partners and suppliers' },
  ],
  action: '/authorize',
  fields: { request: 'v1.sealed_request' },
  leadsTo: ['https://login.northwind.example'],
};

export const message: MessageView = {
  status: 503,
  title: 'Signing in does not work right now',
  paragraphs: ['Northwind sign-in does not answer. Nothing was lost: try again in a moment.'],
  reference: 'c7b1b0a2-5b5e-4f0e-9c77-6f2f2d0f5a11',
  again: {
    label: 'Try again',
    action: '/consent',
    fields: { request: 'v1.sealed' },
    leadsTo: consent.leadsTo,
  },
  link: { label: 'Back to Claude', href: 'https://claude.ai/' },
  retryAfter: 5,
};

export const leaving: LeavingView = {
  client: 'Cursor',
  href: 'cursor://anysphere.cursor-mcp/oauth/callback?code=c&state=s&iss=https%3A%2F%2Fauth.example.com',
  allowed: true,
};

export const stranger: StrangersView = {
  client: 'Quarterly figures',
  href: 'https://figures.example.net/callback?error=invalid_scope&state=s&iss=https%3A%2F%2Fauth.example.com',
  error: 'invalid_scope',
  description: 'none of the scopes is defined for the resource',
};

export const device: DeviceView = {
  client: { name: 'Visual Studio Code', origin: { kind: 'document', host: 'vscode.dev' } },
  userCode: 'WDJB-MJHT',
  resource: { name: 'Orders', host: 'orders.northwind.example' },
  action: '/consent',
  fields: { request: 'v1.sealed_request' },
  leadsTo: ['https://login.northwind.example'],
};

export const logout: LogoutView = {
  client: { name: 'Claude', origin: { kind: 'document', host: 'claude.ai' } },
  redirect: redirectPlace('https://claude.ai/signed-out'),
  person: 'Alice Adams',
  ends: 'sessions',
  action: '/logout/confirm',
  fields: { request: 'v1.sealed_request' },
  leadsTo: ['https://login.northwind.example', 'https://claude.ai/signed-out'],
};

export const signedOut: SignedOutView = {
  title: 'You are signed out here',
  paragraphs: ['Northwind sign-in cannot be reached at the moment: you may still be signed in there.'],
  onward: { client: 'Claude', href: 'https://claude.ai/signed-out?state=s' },
};

export const account: AccountView = {
  person: 'Alice Adams',
  idp: 'Northwind sign-in',
  entries: [
    {
      clientId: 'https://claude.ai/oauth/metadata.json',
      clientName: 'Claude',
      origin: { kind: 'document', host: 'claude.ai' },
      granted: [
        {
          resource: { name: 'Orders', host: 'orders.northwind.example' },
          scopes: [
            { name: 'orders:read', description: 'Read orders and their history' },
            { name: 'orders:write', description: 'Change and cancel orders' },
          ],
          offline: true,
        },
      ],
      since: instant(1_795_220_000),
    },
    {
      clientId: 'dyn_0123456789abcdefghijkl',
      clientName: 'mcp-remote',
      origin: { kind: 'self' },
      granted: [{ scopes: [{ name: 'openid' }, { name: 'email' }], offline: false }],
      since: instant(1_795_000_000),
    },
  ],
  waiting: [],
  leadsTo: [],
  done: 'Cursor has no access in your name any more.',
  action: '/account',
  fields: { token: 'v1.sealed_token' },
};

export const connect: ConnectView = {
  provider: { name: 'GitHub', host: 'github.com' },
  person: 'Alice Adams',
  idp: 'Northwind sign-in',
  choices: [
    {
      name: 'Triage',
      getsTokens: false,
      scopes: [
        {
          ...{ name: 'issues:read', description: 'Read issues', field: 'let triage issues:read' },
          ...{ upstream: ['repo'], ticked: true },
        },
        { name: 'issues:write', field: 'let triage issues:write', upstream: [], ticked: false },
      ],
    },
    {
      name: 'Scribe',
      getsTokens: true,
      scopes: [
        {
          name: 'wiki',
          description: 'Write pages',
          field: 'let scribe wiki',
          upstream: ['repo'],
          ticked: false,
        },
      ],
    },
  ],
  nothing: false,
  action: '/connect/github',
  fields: { token: 'v1.sealed_token' },
  leadsTo: ['https://github.com/login/oauth/authorize'],
};

const connectedEntry = {
  provider: { name: 'GitHub', host: 'github.com' },
  connectAt: '/connect/github',
  connection: {
    id: 'c'.repeat(22),
    state: 'active',
    since: instant(1_795_220_000),
    agents: [{ name: 'Triage', scopes: [{ name: 'issues:read', description: 'Read issues' }] }],
  },
} as const;

export const connected: AccountView['connected'] = [
  connectedEntry,
  {
    ...{ ...connectedEntry, group: 'operations', connectAt: '/connect/github?group=operations' },
    connection: { ...connectedEntry.connection, state: 'interaction_required' },
  },
  {
    ...{ provider: { name: 'Slack', host: 'slack.com' }, connectAt: '/connect/slack' },
    connection: { ...connectedEntry.connection, state: 'disconnecting' },
  },
  { provider: { name: 'Linear', host: 'linear.app' }, connectAt: '/connect/linear' },
  { provider: { name: 'old-tracker' }, connection: { ...connectedEntry.connection, agents: [] } },
  {
    provider: { name: 'older-tracker' },
    connection: { ...connectedEntry.connection, state: 'disconnecting', agents: [] },
  },
];

/** One of each page, and those that are hard to lay out. */
export const everyPage: Readonly<Record<string, HttpResponse>> = {
  consent: consentPage(look, consent),
  'consent-loopback': consentPage(look, loopbackConsent),
  'consent-long': consentPage(look, longConsent),
  'consent-unbranded': consentPage(lookOf(), { ...consent, resource: undefined, offline: false }),
  chooser: chooserPage(look, chooser),
  message: messagePage(look, message),
  leaving: leavingPage(look, leaving),
  stranger: strangersPage(look, stranger),
  'user-code': userCodePage(look, { action: '/device', wrong: false, prefilled: 'WDJB-MJHT' }),
  'user-code-wrong': userCodePage(look, { action: '/device', wrong: true }),
  device: devicePage(look, device),
  'device-consent': consentPage(look, { ...consent, redirect: { kind: 'device' } }),
  'device-approved': deviceApprovedPage(look, 'Visual Studio Code'),
  'device-denied': deviceDeniedPage(look, 'mcp-remote', 'the roles of the person allow nothing'),
  logout: logoutPage(look, logout),
  'logout-unknown': logoutPage(look, { ...logout, client: undefined, person: undefined, ends: undefined }),
  'logout-everything': logoutPage(look, {
    ...logout,
    ends: 'everything',
    redirect: redirectPlace('app:/bye'),
  }),
  'signed-out': signedOutPage(look, signedOut),
  'signed-out-there': signedOutPage(look, { ...signedOut, onward: undefined }),
  account: accountPage(look, account),
  'account-waiting': accountPage(look, {
    ...account,
    waiting: [{ grant: 'g'.repeat(22), clientName: 'Quarterly scan' }],
    leadsTo: ['https://login.northwind.example'],
  }),
  'account-connected': accountPage(look, { ...account, connected }),
  'account-unavailable': accountPage(look, { ...account, connected: 'unavailable' }),
  connect: connectPage(look, connect),
  'connect-group': connectPage(look, {
    ...{ ...connect, nothing: true, before: { since: instant(1_795_220_000), works: false } },
    group: { name: 'operations', agents: ['Nightly', `Scan ${'of-everything-'.repeat(6)}`] },
  }),
  connected: connectedPage(look, {
    provider: 'GitHub',
    agents: [{ name: 'Triage', scopes: [{ name: 'issues:read', description: 'Read issues' }] }],
  }),
  'account-empty': accountPage(look, { ...account, entries: [], done: undefined }),
};
