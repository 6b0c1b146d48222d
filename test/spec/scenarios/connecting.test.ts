import { describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { eventsSince, pageOf, press, pressLabel } from '../support/people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

/** The agents of the data people share an account, which the engineers connect. */
const company = officeForThisFile((config) => ({
  ...config,
  agents: config.agents.map((agent) =>
    agent.id === 'analyst'
      ? { ...agent, scopes: { ...agent.scopes, tracker: { optional: ['issues:read'] } } }
      : agent,
  ),
  egress: {
    providers: (config.egress?.providers ?? []).map((provider) => ({
      ...provider,
      groups: [{ id: 'data', agents: ['analyst'], connectedBy: ['engineering'] }],
    })),
  },
}));

const page = () => new URL('/connect/tracker?agent=planner', company.issuer);
const callback = () => new URL('/connect/tracker/callback', company.issuer);
const account = () => new URL('/account', company.issuer);

/** The page on which the account is connected, after signing in where that is asked. */
async function asked(browser: Browser, url = page(), user = 'alice'): Promise<Page> {
  const first = pageOf(await browser.open(url));
  return first.url.origin === company.issuer ? first : pageOf(await press(browser, first, user));
}

/** Says yes to what is ticked, approves it at the tracker, and stops there: the address of the return, not opened yet. */
async function upToReturn(browser: Browser, label = 'Approve as'): Promise<URL> {
  const approval = pageOf(await pressLabel(browser, await asked(browser), 'Connect'));
  expect(approval.text).toContain('Vestibule asks for issues:read issues:write');
  const form = approval.forms[0];
  const button = form?.buttons.find((one) => one.label.includes(label));
  if (form === undefined) throw new Error(`no form: ${approval.text}`);
  const back = await browser.press(approval, form, button, { client: callback() });
  if (back.kind !== 'left') throw new Error(`no return: ${back.page.text}`);
  return back.url;
}

/** What the tracker itself says of apps with access to accounts there. */
async function apps(): Promise<unknown> {
  return (await fetch(`${company.trackerUrl ?? ''}/apps`)).json();
}

describe('connecting an account', () => {
  verifies(
    ['vestibule:connect-page', 'vestibule:connected-accounts', 'rfc6749:4.1.2:connect'],
    'is one page, one yes at the third party, and one button to disconnect it, which revokes it there',
    async () => {
      const [browser, from] = [createBrowser(), company.log.length];
      const question = await asked(browser);
      for (const words of ['Demo tracker', 'Alice Adams', 'planner may', 'See your issues']) {
        expect(question.text).toContain(words);
      }
      const back = await upToReturn(browser);
      expect(pageOf(await browser.open(back)).text).toContain('Demo tracker is connected');
      expect(await apps()).toEqual({ apps_with_access: 1 });
      expect(pageOf(await browser.open(back)).text).toContain('Demo tracker is connected');
      const listed = pageOf(await browser.open(account()));
      expect(listed.text).toContain('Connected planner may See your issues');
      const done = pageOf(await pressLabel(browser, listed, 'Disconnect'));
      expect(done.text).toContain('Demo tracker is disconnected: what it gave is revoked there.');
      expect(await apps()).toEqual({ apps_with_access: 0 });
      expect(done.text).toContain('It is not connected.');
      const events = eventsSince(company, from).map(({ event }) => event);
      expect(events).toEqual([
        ...['account_opened', 'connection_consented', 'connection_made'],
        ...['disconnect_asked', 'connection_revoked'],
      ]);
      const written = company.log.slice(from).join('\n');
      for (const name of ['code', 'state']) expect(written).not.toContain(back.searchParams.get(name));
    },
  );

  verifies(
    ['rfc9700:4.7:connect', 'rfc9207:2.4:connect'],
    'comes back to whoever began, and from whom they were sent to',
    async () => {
      const [alice, bob] = [createBrowser(), createBrowser()];
      await asked(bob, page(), 'bob');
      const back = await upToReturn(alice);
      expect(back.searchParams.get('iss')).toBe(company.trackerUrl);
      const unnamed = new URL(back);
      unnamed.searchParams.delete('iss');
      const elsewhere = new URL(back.href.replace('/tracker/', '/other/'));
      for (const [browser, url, status] of [
        [bob, back, 403],
        [createBrowser(), back, 403],
        [alice, unnamed, 400],
        [alice, elsewhere, 400],
      ] as const) {
        const refused = pageOf(await browser.open(url));
        expect([url.href, refused.status]).toEqual([url.href, status]);
        expect(refused.text).toContain('Nothing was connected');
      }
      expect(pageOf(await alice.open(back)).text).toContain('Demo tracker is connected');
      expect(pageOf(await bob.open(account())).text).toContain('It is not connected.');
      await pressLabel(alice, pageOf(await alice.open(account())), 'Disconnect');
    },
  );

  verifies('rfc6749:4.1.2:connect', 'that is denied there changes nothing, and says so', async () => {
    const browser = createBrowser();
    const denied = pageOf(await browser.open(await upToReturn(browser, 'Cancel')));
    expect([denied.status, denied.text]).toEqual([403, expect.stringContaining('access was denied')]);
    expect(pageOf(await browser.open(account())).text).toContain('It is not connected.');
  });
});

describe('an account of a group of agents', () => {
  verifies(
    'vestibule:connected-accounts',
    'is connected and disconnected by who has the role, for all of the group, and by nobody else',
    async () => {
      const url = new URL('/connect/tracker?group=data&agent=analyst', company.issuer);
      const bob = createBrowser();
      const refused = await asked(bob, url, 'bob');
      expect([refused.status, refused.text]).toEqual([
        403,
        expect.stringContaining('your roles do not let you'),
      ]);
      const alice = createBrowser();
      const question = await asked(alice, url);
      expect(question.text).toContain(
        'All agents of the group use this account , whoever they work for: analyst',
      );
      const approval = pageOf(await pressLabel(alice, question, 'Connect'));
      expect(approval.text).toContain('Vestibule asks for issues:read.');
      const done = pageOf(await pressLabel(alice, approval, 'Approve as'));
      expect(done.text).toContain('Demo tracker is connected');
      const words = 'Demo tracker , for the group data';
      expect(pageOf(await bob.open(account())).text).not.toContain(words);
      const listed = pageOf(await alice.open(account()));
      expect(listed.text).toContain(words);
      expect(pageOf(await pressLabel(alice, listed, 'Disconnect')).text).toContain('is revoked there');
      expect(await apps()).toEqual({ apps_with_access: 0 });
    },
  );
});

describe('while connections cannot be asked for', () => {
  verifies(
    'vestibule:connected-accounts',
    'the rest of the account page is there, and nothing is half connected',
    async () => {
      const browser = createBrowser();
      const back = await upToReturn(browser);
      strike(company, 'lambda:Invoke~Authorization=down@*');
      const seen = pageOf(await browser.open(account()));
      expect([seen.status, seen.text]).toEqual([
        200,
        expect.stringContaining('cannot be shown at the moment'),
      ]);
      expect(pageOf(await browser.open(page())).status).toBe(503);
      expect(pageOf(await browser.open(back)).status).toBe(503);
      mend(company);
      // The code was for one try: what came of it is said, and how to go on.
      const over = pageOf(await browser.open(back));
      expect([over.status, over.text]).toEqual([409, expect.stringContaining('Begin again')]);
      // The tracker knows the browser by now, and asks nothing.
      const again = pageOf(await pressLabel(browser, await asked(browser), 'Connect'));
      expect(again.text).toContain('Demo tracker is connected');
      await pressLabel(browser, pageOf(await browser.open(account())), 'Disconnect');
    },
  );
});
