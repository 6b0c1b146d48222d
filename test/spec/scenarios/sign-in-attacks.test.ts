import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import { type EvilProvider, startEvilProvider } from '../support/evil-provider.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import {
  answerTo,
  eventsSince,
  pageOf,
  press,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
  upToProvider,
} from '../support/people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

let evil: EvilProvider;
let evilUrl: string;
beforeAll(async () => {
  const evilPort = await freePortBlock();
  evilUrl = `http://localhost:${evilPort}`;
  evil = await startEvilProvider(evilPort);
});
afterAll(() => evil.stop());
const company = officeForThisFile((config) => {
  const partner = { id: 'partner', name: 'Partner', issuer: evilUrl, clientId: 'vestibule' };
  return {
    ...config,
    identityProviders: [
      ...(config.identityProviders ?? []),
      { ...partner, domains: ['partner.example.com'], resources: ['analyst-agent'] },
    ],
  };
});

const analyst = () => company.mcpUrl.replace('/mcp', '/agents/analyst');

/** What is kept in the grants table of that kind. */
async function kept(kind: string): Promise<readonly string[]> {
  const items = await itemsAtRest(company, 'GrantsTable');
  return items.map((item) => item['pk']?.S ?? '').filter((key) => key.startsWith(`${kind}#`));
}

describe('a state', () => {
  verifies('UI-5', 'is made by the yes, and nothing is kept before', async () => {
    const browser = createBrowser();
    const before = (await kept('transaction')).length;
    const page = pageOf(await answerTo(requestOf(company), browser));
    expect(browser.cookies.all().map(({ name }) => name)).toEqual(['vestibule-browser']);
    expect((await kept('transaction')).length).toBe(before);
    expect(page.html).not.toContain(company.idpUrl.concat('/auth'));
    await press(browser, page, 'allow');
    expect((await kept('transaction')).length).toBe(before + 1);
  });

  verifies('UI-5', 'is good once', async () => {
    const browser = createBrowser();
    const callback = await upToCallback(browser, requestOf(company));
    const grants = (await kept('grant')).length;
    expect(toldClient(await answerTo(callback, browser)).has('code')).toBe(true);
    const again = pageOf(await answerTo(callback, browser));
    expect([again.status, again.text]).toEqual([400, expect.stringContaining('has been answered already')]);
    expect((await kept('grant')).length).toBe(grants + 1);
  });

  verifies('UI-5', 'is worth nothing in another browser, and stays good in its own', async () => {
    const victim = createBrowser();
    const callback = await upToCallback(victim, requestOf(company));
    for (const other of [createBrowser(), createBrowser()]) {
      if (other !== victim) await answerTo(requestOf(company), other);
      const page = pageOf(await answerTo(callback, other));
      expect([page.status, page.text]).toEqual([400, expect.stringContaining('Begun in another browser')]);
    }
    expect(pageOf(await answerTo(callback, createBrowser())).text).toContain('Begun in another browser');
    expect(toldClient(await answerTo(callback, victim)).has('code')).toBe(true);
  });

  verifies('UI-5', 'that nobody made, or that came twice or not at all, leads nowhere', async () => {
    const browser = createBrowser();
    const { search } = await upToCallback(browser, requestOf(company));
    const state = new URLSearchParams(search).get('state') ?? '';
    for (const query of ['', 'code=x', `code=x&state=${state}x`, `code=x&state=${state}&state=${state}`]) {
      const page = pageOf(await answerTo(`${company.issuer}/callback/demo?${query}`, browser));
      expect([query, page.text]).toEqual([query, expect.stringContaining('Unknown sign-in')]);
    }
    expect(toldClient(await answerTo(`${company.issuer}/callback/demo${search}`, browser)).has('code')).toBe(
      true,
    );
  });
});

describe('an answer to a page', () => {
  verifies('vestibule:consent-bound', 'counts in the browser that got the page', async () => {
    const page = pageOf(await answerTo(requestOf(company), createBrowser()));
    const other = createBrowser();
    await answerTo(requestOf(company), other);
    for (const browser of [other, createBrowser()]) {
      const refused = pageOf(await press(browser, page, 'allow'));
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining('Begun in another browser'),
      ]);
    }
  });

  verifies(
    'vestibule:consent-bound',
    'is nothing where its form was made up, or has another decision',
    async () => {
      const browser = createBrowser();
      const page = pageOf(await answerTo(requestOf(company), browser));
      const [form] = page.forms;
      const sealed = form?.fields.find(([name]) => name === 'request')?.[1] ?? '';
      const cookie = browser.cookies.all().find(({ name }) => name === 'vestibule-browser')?.value ?? '';
      for (const request of ['', 'made-up', `${sealed}x`, sealed.slice(0, -2), cookie]) {
        const fields = { request, decision: 'allow' };
        const refused = pageOf(await browser.press(page, form!, undefined, { fields }));
        expect([request.length, refused.text]).toEqual([
          request.length,
          expect.stringContaining('This page is too old'),
        ]);
      }
      for (const decision of ['', 'yes', 'ALLOW']) {
        const asked = pageOf(await browser.press(page, form!, undefined, { fields: { decision } }));
        expect(asked.text).toContain('If you allow it');
      }
    },
  );

  verifies('vestibule:consent-bound', 'is not spared by a cookie that is no session', async () => {
    const browser = createBrowser();
    await answerTo(requestOf(company), browser);
    const [own] = browser.cookies.all();
    for (const value of ['made-up', own?.value ?? '']) {
      browser.cookies.plant({ ...own!, name: 'vestibule-session', value });
      expect(pageOf(await answerTo(requestOf(company), browser)).text).toContain('you sign in with');
    }
    await signIn(requestOf(company), { browser });
    const session = browser.cookies.all().find(({ name }) => name === 'vestibule-session');
    const thief = createBrowser();
    thief.cookies.plant({ ...session!, name: 'vestibule-browser' });
    expect(pageOf(await answerTo(requestOf(company), thief)).text).toContain('you sign in with');
  });
});

describe('two identity providers, one of them malicious', () => {
  verifies('vestibule:mix-up', 'answer for themselves alone', async () => {
    const url = requestOf(company, {
      resource: analyst(),
      scope: 'ask',
      login_hint: 'eve@partner.example.com',
    });
    const mixed = createBrowser();
    const sent = await upToProvider(mixed, url);
    expect(sent.origin).toBe(evilUrl);
    // The malicious one sends the person on to the honest one with its own state, to get at the honest one's code.
    const state = sent.searchParams.get('state') ?? '';
    const page = pageOf(await answerTo(`${company.issuer}/callback/demo?code=honest&state=${state}`, mixed));
    expect([page.status, page.text]).toEqual([
      400,
      expect.stringContaining('The wrong identity provider answered'),
    ]);
    // And the other way round: it answers for the honest one, at its own callback and at the other's.
    const browser = createBrowser();
    const callback = await upToCallback(browser, requestOf(company));
    const own = callback.searchParams.get('state') ?? '';
    const forged = await answerTo(`${company.issuer}/callback/partner?code=evil&state=${own}`, browser);
    expect(pageOf(forged).text).toContain('The wrong identity provider answered');
    const inItsName = new URLSearchParams({ code: 'evil', state: own, iss: evilUrl }).toString();
    const stuck = pageOf(await answerTo(`${company.issuer}/callback/demo?${inItsName}`, browser));
    expect([stuck.status, stuck.text]).toEqual([502, expect.stringContaining('Try again')]);
    expect(toldClient(await answerTo(callback, browser)).has('code')).toBe(true);
  });

  verifies('vestibule:mix-up', 'know nothing of what was granted by a person of the other', async () => {
    const at = (login_hint: string) => requestOf(company, { resource: analyst(), scope: 'ask', login_hint });
    const browser = createBrowser();
    expect((await signIn(at('alice@example.com'), { browser })).has('code')).toBe(true);
    const remembered = await answerTo(at('alice@example.com'), browser);
    expect(toldClient(remembered).has('code')).toBe(true);
    const asked = pageOf(await answerTo(at('eve@partner.example.com'), browser));
    expect([asked.url.origin, asked.text]).toEqual([
      company.issuer,
      expect.stringContaining('you sign in with Partner'),
    ]);
  });

  verifies('vestibule:mix-up', 'are chosen by the person where nothing else tells', async () => {
    const ambiguous = { resource: analyst(), scope: 'ask' };
    const browser = createBrowser();
    const page = pageOf(await answerTo(requestOf(company, ambiguous), browser));
    expect(page.text).toContain('Choose where you sign in');
    const chosen = pageOf(await press(browser, page, 'partner'));
    expect(chosen.text).toContain('you sign in with Partner');
    const silent = await answerTo(requestOf(company, { ...ambiguous, prompt: 'none' }));
    expect(toldClient(silent).get('error')).toBe('account_selection_required');
    const hinted = await answerTo(
      requestOf(company, { ...ambiguous, login_hint: 'a@EXAMPLE.com' }),
      createBrowser(),
    );
    expect(pageOf(hinted).text).toContain('you sign in with Demo company');
    // It serves no other resource, whatever the form says.
    const orders = createBrowser();
    const asked = pageOf(
      await answerTo(requestOf(company, { login_hint: 'eve@partner.example.com' }), orders),
    );
    expect(asked.text).toContain('you sign in with Demo company');
  });
});

describe('the audit trail of a sign-in', () => {
  verifies('vestibule:sign-in-audited', 'has one event for each decision, and no secret', async () => {
    const from = company.log.length;
    const browser = createBrowser();
    const sent = await upToProvider(browser, requestOf(company, { state: 'canary-of-the-client' }));
    const back = await signIn(requestOf(company, { state: 'canary-of-the-client' }), { browser });
    await answerTo(requestOf(company, { client_id: 'nobody' }));
    await answerTo(requestOf(company, { scope: 'admin' }));
    const events = eventsSince(company, from);
    expect(events.map(({ event }) => event)).toEqual([
      ...['sign_in_started', 'sign_in_started', 'authorization_granted'],
      ...['authorization_refused', 'authorization_refused'],
    ]);
    expect(events[2]).toMatchObject({
      ...{ clientId: 'desk', idp: 'demo', resource: company.mcpUrl, scope: 'tools:read', offline: true },
      personId: expect.stringMatching(/^person\./) as string,
      grantId: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
    const written = company.log.slice(from).join('\n');
    const secrets = [
      back.get('code'),
      sent.searchParams.get('state'),
      sent.searchParams.get('nonce'),
      'canary-of-the-client',
      ...browser.cookies.all().map(({ value }) => value),
    ];
    for (const secret of secrets) expect(written).not.toContain(secret);
  });
});

// The last of all: the clock of the deployment leaves that of the identity provider behind.
describe('a sign-in that takes too long', () => {
  verifies(['UI-5', 'vestibule:consent-bound'], 'is over after ten minutes, wherever it stands', async () => {
    const [reading, away] = [createBrowser(), createBrowser()];
    const page = pageOf(await answerTo(requestOf(company), reading));
    const callback = await upToCallback(away, requestOf(company));
    company.run.clock.advance(601);
    expect(pageOf(await press(reading, page, 'allow')).text).toContain('This page is too old');
    expect(pageOf(await answerTo(callback, away)).text).toContain('took too long');
  });
});
