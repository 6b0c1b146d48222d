import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpResponse } from '../../lambdas/http/message.ts';
import { accountPage } from '../../lambdas/http/pages/account.ts';
import { chooserPage } from '../../lambdas/http/pages/chooser.ts';
import { consentPage } from '../../lambdas/http/pages/consent.ts';
import { connectedPage } from '../../lambdas/http/pages/connected.ts';
import { connectPage } from '../../lambdas/http/pages/connect.ts';
import {
  deviceApprovedPage,
  deviceDeniedPage,
  devicePage,
  userCodePage,
} from '../../lambdas/http/pages/device.ts';
import { leavingPage, strangersPage } from '../../lambdas/http/pages/leaving.ts';
import { logoutPage, signedOutPage } from '../../lambdas/http/pages/logout.ts';
import { lookOf } from '../../lambdas/http/pages/look.ts';
import { messagePage } from '../../lambdas/http/pages/message.ts';
import { htmlTokens } from '../support/html-tokens.ts';
import {
  account,
  chooser,
  connect,
  consent,
  device,
  everyPage,
  leaving,
  message,
  stranger,
  logout,
} from '../support/page-mothers.ts';
import { hostile } from './arbitraries.ts';

const runs = { numRuns: 300 } as const;

/** Text that would like to be HTML. */
const text = fc.oneof(
  hostile,
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</title><h1>',
    '</style><style>*{display:none}',
    '&lt;b&gt;',
    '&amp;amp;',
    '<!--',
    '\u202eevil',
    '\ud800',
    '\r\n<x>',
    'javascript:alert(1)',
  ),
);

/** Each page with the same text in every field that holds words, ids or sealed values. */
const pages: Readonly<Record<string, (words: string) => HttpResponse>> = {
  consent: (words) =>
    consentPage(lookOf({ name: words }), {
      ...consent,
      client: { name: words, origin: { kind: 'document', host: words } },
      redirect: { kind: 'loopback', place: words },
      resource: { name: words, host: words },
      scopes: [{ name: words }, { name: 'x', description: words }],
      person: words,
      idp: words,
      fields: { [`request`]: words },
    }),
  chooser: (words) =>
    chooserPage(lookOf({ name: words }), {
      ...chooser,
      client: words,
      idps: [{ id: words, name: words }],
      fields: { request: words },
    }),
  message: (words) =>
    messagePage(lookOf({ name: words }), {
      ...message,
      title: words,
      paragraphs: [words, words],
      reference: words,
      again: { label: words, action: '/consent', fields: { request: words }, leadsTo: [] },
      link: { label: words, href: `https://example.com/${words}` },
    }),
  leaving: (words) =>
    leavingPage(lookOf({ name: words }), { ...leaving, client: words, href: `cursor://x?state=${words}` }),
  stranger: (words) =>
    strangersPage(lookOf({ name: words }), {
      ...{ client: words, error: words, description: words },
      href: `${stranger.href}&state=${words}`,
    }),
  'user-code': (words) =>
    userCodePage(lookOf({ name: words }), { action: '/device', wrong: true, prefilled: words }),
  device: (words) =>
    devicePage(lookOf({ name: words }), {
      ...device,
      client: { name: words, origin: { kind: 'document', host: words } },
      userCode: words,
      resource: { name: words, host: words },
      fields: { request: words },
    }),
  logout: (words) =>
    logoutPage(lookOf({ name: words }), {
      ...logout,
      client: { name: words, origin: { kind: 'document', host: words } },
      redirect: { kind: 'web', place: words },
      person: words,
      fields: { request: words },
    }),
  'signed-out': (words) =>
    signedOutPage(lookOf({ name: words }), {
      ...{ title: words, paragraphs: [words] },
      onward: { client: words, href: `https://example.com/${words}` },
    }),
  'device-approved': (words) => deviceApprovedPage(lookOf({ name: words }), words),
  'device-denied': (words) => deviceDeniedPage(lookOf({ name: words }), words, words),
  account: (words) =>
    accountPage(lookOf({ name: words }), {
      ...account,
      person: words,
      idp: words,
      done: words,
      fields: { token: words },
      entries: [
        {
          clientId: words,
          clientName: words,
          origin: { kind: 'document', host: words },
          granted: [{ resource: { name: words, host: words }, scopes: [{ name: words }], offline: true }],
          since: account.entries[0]!.since,
        },
      ],
      connected: [
        {
          ...{ provider: { name: words, host: words }, group: words, connectAt: '/connect/x' },
          connection: {
            ...{ id: words, state: 'interaction_required', since: account.entries[0]!.since },
            agents: [{ name: words, scopes: [{ name: words }] }],
          },
        },
      ],
    }),
  connect: (words) =>
    connectPage(lookOf({ name: words }), {
      ...{ ...connect, provider: { name: words, host: words }, person: words, idp: words },
      group: { name: words, agents: [words] },
      choices: [
        {
          ...{ name: words, getsTokens: true },
          scopes: [{ name: words, field: words, upstream: [words], ticked: true }],
        },
      ],
      fields: { token: words },
    }),
  connected: (words) =>
    connectedPage(lookOf({ name: words }), {
      provider: words,
      agents: [{ name: words, scopes: [{ name: words }] }],
    }),
};

describe.each(Object.entries(pages))('the page %s', (_, page) => {
  const skeletonOf = (words: string) => htmlTokens(page(words).body).skeleton;

  it('has the same elements whatever text it is given', () => {
    const plain = skeletonOf('words');
    fc.assert(
      fc.property(text, (words) => {
        expect(skeletonOf(words)).toEqual(plain);
      }),
      runs,
    );
  });

  it('shows the text as it is', () => {
    fc.assert(
      fc.property(text, (words) => {
        const shown = words.toWellFormed().replaceAll('\0', '\ufffd');
        expect(htmlTokens(page(words).body).texts.join('\n')).toContain(shown);
      }),
      runs,
    );
  });

  it('lets no text into its headers', () => {
    fc.assert(
      fc.property(text, (words) => {
        expect(page(words).headers).toEqual(page('words').headers);
      }),
      runs,
    );
  });
});

describe('every page', () => {
  it.each(Object.entries(everyPage))('%s may neither run, load, be framed nor be kept', (_, { headers }) => {
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; /);
    expect(policy).toMatch(/; frame-ancestors 'none'$/);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
  });
});

describe('what a form of a page may lead to', () => {
  const directive = (leadsTo: readonly string[]) =>
    /form-action ([^;]*)/.exec(
      consentPage(lookOf(), { ...consent, leadsTo }).headers['content-security-policy'] ?? '',
    )?.[1];

  it.each([
    ['nothing else', [], "'self'"],
    ['any host over https', ['https://a.example/x', 'https://b.example'], "'self' https:"],
    ['one port of this computer', ['http://127.0.0.1:33418/cb'], "'self' http://127.0.0.1:33418"],
    ['this computer by its IPv6 address, which a policy cannot name', ['http://[::1]:9/cb'], "'self' http:"],
    ['an application, by a link and not by a redirect', ['cursor://x/y'], "'self'"],
    ['nothing that would be more than a source', ['http://a;script-src/'], "'self' http:"],
  ])('%s', (_, leadsTo, expected) => {
    expect(directive(leadsTo)).toBe(expected);
  });

  it('is nothing at all on a page without a form', () => {
    expect(everyPage['leaving']?.headers['content-security-policy']).toContain("form-action 'none'");
  });
});

describe('a link to an application', () => {
  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'blob:x',
  ])('is never %s', (href) => {
    expect(() => leavingPage(lookOf(), { ...leaving, href })).toThrow();
    expect(() => messagePage(lookOf(), { ...message, link: { label: 'x', href } })).toThrow();
  });
});
