import { afterEach, describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { type Answer, drive } from '../support/driver.ts';
import {
  deskAt,
  eventsSince,
  hosted,
  pageOf,
  press,
  pressLabel,
  requestOf,
  signIn,
} from '../support/people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile((config) => ({
  ...config,
  branding: { name: 'Northwind <Traders>', accent: '#0b6b57' },
}));
let passed = 0;
afterEach(() => {
  // The demo's identity provider has a clock of its own.
  company.run.clock.advance(-passed);
  passed = 0;
});

function pass(seconds: number): void {
  company.run.clock.advance(seconds);
  passed += seconds;
}

const account = () => new URL('/account', company.issuer);

/** The account page, after signing in as one of the demo's people where that is asked. */
async function accountOf(browser: Browser, user = 'alice'): Promise<Page> {
  const page = pageOf(await browser.open(account()));
  return page.url.origin === company.issuer ? page : pageOf(await press(browser, page, user));
}

async function redeemed(browser: Browser): Promise<Answer['body']> {
  const told = await signIn(requestOf(company), { browser });
  return (await deskAt(drive(company)).redeem(told.get('code') ?? '')).body;
}

async function refresh(tokens: Answer['body']): Promise<Answer['body']> {
  return (await deskAt(drive(company)).refresh(tokens['refresh_token'])).body;
}

describe('the account page', () => {
  verifies(
    'vestibule:account',
    'shows what was granted, and withdraws it with all that came of it',
    async () => {
      const browser = createBrowser();
      const tokens = await redeemed(browser);
      const again = await refresh(tokens);
      expect(again['access_token']).toBeDefined();
      const page = await accountOf(browser);
      for (const words of ['Alice Adams', 'Demo company', 'Desk', 'Demo MCP server', 'List tools and read']) {
        expect(page.text).toContain(words);
      }
      const from = company.log.length;
      const done = pageOf(await press(browser, page, 'desk'));
      expect(done.text).toContain('Desk has no access in your name any more.');
      expect(done.text).toContain('No application has access in your name.');
      expect(await refresh(again)).toMatchObject({ error: 'invalid_grant' });
      expect(eventsSince(company, from).filter(({ event }) => event === 'consent_withdrawn')).toEqual([
        expect.objectContaining({ clientId: 'desk', grants: 1 }),
      ]);
      // The session of the browser does not spare the question any more.
      expect(pageOf(await browser.open(requestOf(company), new URL(hosted))).text).toContain('Allow');
    },
  );

  verifies(
    'vestibule:account',
    'says so when there is nothing, and withdraws nothing that is not there',
    async () => {
      const browser = createBrowser();
      await redeemed(browser);
      const page = await accountOf(browser);
      await press(browser, page, 'desk');
      const from = company.log.length;
      expect(pageOf(await press(browser, page, 'desk')).text).toContain('No application has access');
      expect(eventsSince(company, from)).toEqual([]);
    },
  );

  verifies(
    'vestibule:account-own',
    'shows each person their own, and nobody without a sign-in for it',
    async () => {
      const alice = createBrowser();
      await redeemed(alice);
      expect((await accountOf(createBrowser(), 'bob')).text).toContain('No application has access');
      // What spares the consent page is no sign-in here.
      const page = pageOf(await alice.open(account()));
      expect(page.text).toContain('Desk');
      expect(alice.hops.some(({ url }) => url.origin === company.idpUrl && url.pathname === '/auth')).toBe(
        true,
      );
    },
  );

  verifies(
    'vestibule:account-own',
    'takes no form of another session, of another page or without a seal',
    async () => {
      const [alice, bob] = [createBrowser(), createBrowser()];
      const tokens = await redeemed(alice);
      const own = await accountOf(alice);
      const others = await accountOf(bob, 'bob');
      const foreign = others.forms[0]?.fields.find(([name]) => name === 'token')?.[1] ?? '';
      const cookie = alice.cookies.all().find(({ name }) => name.endsWith('-account'))?.value ?? '';
      const form = own.forms.find(({ buttons }) => buttons.some(({ value }) => value === 'desk'));
      const button = form?.buttons[0];
      if (form === undefined) throw new Error('no form');
      for (const value of [foreign, cookie, '', 'x'.repeat(80)]) {
        const refused = pageOf(await alice.press(own, form, button, { fields: { token: value } }));
        expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('Nothing was changed')]);
      }
      const unsigned = pageOf(await createBrowser().press(own, form, button));
      expect(unsigned.status).toBe(403);
      expect((await refresh(tokens))['access_token']).toBeDefined();
    },
  );

  verifies('vestibule:account-own', 'is not opened by a return that another browser left for', async () => {
    const [attacker, victim] = [createBrowser(), createBrowser()];
    const callback = new URL('/callback/demo', company.issuer);
    const login = pageOf(await attacker.open(account()));
    const back = await press(attacker, login, 'bob', callback);
    if (back.kind !== 'left') throw new Error('no callback');
    for (const url of [back.url, new URL(`${back.url.origin}/callback/demo?state=x`)]) {
      expect(pageOf(await victim.open(url)).status).toBe(400);
    }
    expect(victim.cookies.all().filter(({ name }) => name.endsWith('-account'))).toEqual([]);
    // And taken back for another provider's it is nobody's.
    const elsewhere = new URL(back.url.href.replace('/callback/demo', '/callback/other'));
    expect(pageOf(await attacker.open(elsewhere)).status).toBe(400);
    expect(pageOf(await attacker.open(back.url)).text).toContain('Bob Brown');
  });

  verifies(
    'vestibule:account-own',
    'ends half an hour after the sign-in, and when the person signs out',
    async () => {
      const browser = createBrowser();
      await redeemed(browser);
      const page = await accountOf(browser);
      const from = company.log.length;
      const out = pageOf(await pressLabel(browser, page, 'Sign out'));
      expect(out.text).toContain('You are signed out here');
      expect(eventsSince(company, from).map(({ event }) => event)).toEqual(['account_signed_out']);
      expect(
        browser.cookies
          .all()
          .filter(({ name, value }) => /^vestibule-(account|session)$/.test(name) && value !== ''),
      ).toEqual([]);
      // The session that spared the consent page is gone too.
      expect(pageOf(await browser.open(requestOf(company), new URL(hosted))).text).toContain(
        'you sign in with',
      );
      const late = await accountOf(browser);
      pass(1_801);
      expect(pageOf(await press(browser, late, 'desk')).status).toBe(403);
    },
  );
});

describe('a failing dependency', () => {
  verifies('vestibule:account-faults', 'is told to people on a page, and to programs in JSON', async () => {
    const browser = createBrowser();
    await redeemed(browser);
    const page = await accountOf(browser);
    strike(company, 'dynamodb:BatchGetItem~Authorization=down@*');
    const broken = pageOf(await browser.open(account()));
    expect([broken.status, broken.headers.get('retry-after')]).toEqual([503, '1']);
    expect(broken.text).toContain('Try again');
    const json = await fetch(account(), {
      headers: { cookie: browser.cookies.headerFor(account(), get) ?? '' },
    });
    expect(await json.json()).toMatchObject({ error: 'temporarily_unavailable' });
    mend(company);
    expect((await accountOf(browser)).text).toContain('Desk');
    expect(page.text).toContain('Desk');
  });

  verifies(
    'vestibule:account-faults',
    'leaves listed what was not withdrawn as a whole, to be withdrawn again',
    async () => {
      for (const fault of [
        'dynamodb:TransactWriteItems~Authorization=down@*',
        'dynamodb:PutItem~Authorization=down@*',
        'lambda:Invoke~Authorization=down@*',
      ]) {
        const browser = createBrowser();
        const tokens = await redeemed(browser);
        const page = await accountOf(browser);
        strike(company, fault);
        const broken = pageOf(await press(browser, page, 'desk'));
        expect([fault, broken.status]).toEqual([fault, 503]);
        mend(company);
        const listed = await accountOf(browser);
        expect([fault, listed.text]).toEqual([fault, expect.stringContaining('Desk')]);
        expect(pageOf(await press(browser, listed, 'desk')).text).toContain('No application has access');
        expect(await refresh(tokens)).toMatchObject({ error: 'invalid_grant' });
      }
    },
    90_000,
  );

  verifies(
    'vestibule:account-faults',
    'of the secret behind cookies is a 503 page and no open door',
    async () => {
      const browser = createBrowser();
      await accountOf(browser);
      pass(301);
      strike(company, 'secretsmanager:GetSecretValue=down@*');
      for (const url of [account(), requestOf(company)]) {
        const broken = pageOf(await browser.open(url, new URL(hosted)));
        expect([broken.status, broken.text]).toEqual([
          503,
          expect.stringContaining('does not work right now'),
        ]);
      }
    },
  );
});

verifies('vestibule:branding', 'bear the name of the company as text, and its colour', async () => {
  const page = pageOf(await createBrowser().open(requestOf(company), new URL(hosted)));
  expect(page.html).toContain('Northwind &lt;Traders&gt;');
  expect(page.html).toContain('--accent:#0b6b57');
});

const get = { method: 'GET', initiator: undefined } as const;
