import { describe, expect } from 'vitest';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { drive } from '../support/driver.ts';
import { listedGrants } from '../support/listed-grants.ts';
import {
  answerTo,
  hosted,
  leaveProvider,
  pageOf,
  press,
  pressLabel,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile();

/** As a person goes on: where it is offered once more, once; where somebody asks who they are, as alice. */
async function goOn(browser: Browser, arrival: Arrival): Promise<URLSearchParams> {
  if (arrival.kind === 'left') return toldClient(arrival);
  const next = arrival.page.status >= 400 ? await tryAgain(browser, arrival.page) : arrival;
  if (next.kind === 'left') return toldClient(next);
  const asksWho = next.page.url.origin === new URL(company.idpUrl).origin;
  return toldClient(await press(browser, next.page, asksWho ? 'alice' : 'allow'));
}

async function tryAgain(browser: Browser, page: Page): Promise<Arrival> {
  const link = page.links.find(({ label }) => label.includes('Try again'));
  return link === undefined
    ? pressLabel(browser, page, 'Try again')
    : answerTo(new URL(link.href, page.url), browser);
}

const kinds = ['throttle@1', 'throttle@*', 'down@*', 'timeout@1', 'timeout@1-3'] as const;
const atCallback = ['GetItem', 'UpdateItem', 'PutItem'].map((name) => `dynamodb:${name}`);

describe('a fault of AWS', () => {
  verifies(
    'vestibule:sign-in-faults',
    'when a person is back costs them a press at most, and one grant is listed',
    async () => {
      for (const call of [...atCallback, 'lambda:Invoke']) {
        for (const kind of kinds) {
          const browser = createBrowser();
          const callback = await upToCallback(browser, requestOf(company));
          const before = (await listedGrants(company)).length;
          strike(company, `${call}~Authorization=${kind}`);
          const arrival = await answerTo(callback, browser);
          mend(company);
          if (arrival.kind === 'page') expect([call, kind, arrival.page.status]).toEqual([call, kind, 503]);
          const told = await goOn(browser, arrival);
          expect([call, kind, told.has('code')]).toEqual([call, kind, true]);
          expect([call, kind, (await listedGrants(company)).length]).toEqual([call, kind, before + 1]);
        }
      }
    },
    120_000,
  );

  verifies(
    'vestibule:sign-in-faults',
    'before and at the yes costs a person a press at most, and their yes is asked for once',
    async () => {
      for (const [call, kind] of [
        ...(['throttle@*', 'timeout@1-3'] as const).map((each) => ['dynamodb:PutItem', each] as const),
        ...(['down@*', 'timeout@1'] as const).map((each) => ['lambda:Invoke', each] as const),
        ['secretsmanager:GetSecretValue', 'down@*'] as const,
      ]) {
        const browser = createBrowser();
        const page = pageOf(await answerTo(requestOf(company), browser));
        if (call.startsWith('secrets')) company.run.clock.advance(301);
        strike(company, `${call}~Authorization=${kind}`);
        const arrival = await press(browser, page, 'allow');
        mend(company);
        expect([call, kind, pageOf(arrival).status]).toEqual([call, kind, 503]);
        const next = await tryAgain(browser, pageOf(arrival));
        const there = next.kind === 'page' ? await press(browser, next.page, 'alice') : next;
        expect([call, kind, toldClient(there).has('code')]).toEqual([call, kind, true]);
      }
    },
    120_000,
  );

  verifies('vestibule:sign-in-faults', 'that strands a person tells the client to try later', async () => {
    const browser = createBrowser();
    const callback = await upToCallback(browser, requestOf(company));
    strike(company, 'dynamodb:PutItem~Authorization=down@*');
    const page = pageOf(await answerTo(callback, browser));
    expect(page.text).toContain('You are signed in, but we could not finish it');
    const back = page.links.find(({ label }) => label.includes('Back to Desk'));
    const told = new URL(back?.href ?? '').searchParams;
    expect([told.get('error'), told.get('state')]).toEqual(['temporarily_unavailable', 'state-of-desk']);
    const silent = await answerTo(requestOf(company, { client_id: 'house', prompt: 'none' }), browser);
    expect(toldClient(silent).get('error')).toBe('temporarily_unavailable');
  });

  verifies(
    'vestibule:consent-remembered',
    'gives no second try with a yes to a client that is another one by now',
    async () => {
      const operator = drive(company);
      const sentTo = (...redirect_uris: readonly string[]) => ({
        ...{ client_id: 'moving', client_name: 'Moving', grant_types: ['authorization_code'] },
        ...{ token_endpoint_auth_method: 'none', redirect_uris },
      });
      await operator.register('clients', sentTo(hosted));
      const browser = createBrowser();
      const page = pageOf(await answerTo(requestOf(company, { client_id: 'moving' }), browser));
      strike(company, 'lambda:Invoke~Authorization=down@*');
      const stuck = pageOf(await press(browser, page, 'allow'));
      mend(company);
      const moved = sentTo(hosted, 'https://elsewhere.example.com/callback');
      expect((await operator.admin('PUT', 'clients/moving', moved)).status).toBe(200);
      operator.letCachesExpire();
      const asked = pageOf(await tryAgain(browser, stuck));
      expect([asked.url.origin, asked.text]).toEqual([
        company.issuer,
        expect.stringContaining('If you allow it'),
      ]);
    },
  );

  verifies('vestibule:sign-in-faults', 'that ends a function leaves no code twice', async () => {
    for (const call of atCallback) {
      const browser = createBrowser();
      const callback = await upToCallback(browser, requestOf(company));
      const before = (await listedGrants(company)).length;
      strike(company, `${call}~Authorization=crash@1`);
      await answerTo(callback, browser);
      mend(company);
      const again = await answerTo(callback, browser);
      const alive = again.kind === 'left' ? 1 : 0;
      if (again.kind === 'page') expect([400, 502]).toContain(again.page.status);
      expect((await listedGrants(company)).length).toBeLessThanOrEqual(before + 1);
      expect((await listedGrants(company)).length).toBeGreaterThanOrEqual(before + alive);
      expect((await signIn(requestOf(company), { browser })).has('code')).toBe(true);
    }
  });
});

describe('one state in two hundred callbacks at once', () => {
  verifies('UI-5', 'gives one code, and everybody else a page', async () => {
    const browser = createBrowser();
    const callback = await upToCallback(browser, requestOf(company));
    const before = (await listedGrants(company)).length;
    const arrivals = await Promise.all(Array.from({ length: 200 }, () => answerTo(callback, browser)));
    const left = arrivals.filter(({ kind }) => kind === 'left');
    expect(left.map((arrival) => toldClient(arrival).has('code'))).toEqual([true]);
    for (const arrival of arrivals) {
      if (arrival.kind === 'page') expect([400, 429, 502, 503]).toContain(arrival.page.status);
    }
    expect((await listedGrants(company)).length).toBe(before + 1);
  });
});

describe('one yes of somebody who is signed in already, in several requests at once', () => {
  // Nothing upstream is used once here: the one write that spends the sign-in decides alone.
  verifies('UI-5', 'gives one code, and everybody else is told that it is over', async () => {
    // Instances take one request at a time: only several that are awake already come to the write side by side.
    await Promise.all(Array.from({ length: 60 }, () => answerTo(requestOf(company), createBrowser())));
    for (let round = 0; round < 8; round += 1) {
      const browser = createBrowser();
      await signIn(requestOf(company), { browser });
      leaveProvider(browser);
      const callback = await upToCallback(browser, requestOf(company), 'bob');
      const page = pageOf(await answerTo(callback, browser));
      expect(page.text).toContain('You are signed in as bob@example.com');
      const arrivals = await Promise.all(Array.from({ length: 6 }, () => press(browser, page, 'allow')));
      const codes = arrivals.filter(({ kind }) => kind === 'left');
      expect(codes.map((arrival) => toldClient(arrival).has('code'))).toEqual([true]);
      for (const arrival of arrivals) {
        if (arrival.kind === 'page') expect(arrival.page.text).toContain('has been answered already');
      }
    }
  });
});

describe('one consent page answered several times at once', () => {
  verifies(
    'vestibule:consent-bound',
    'begins sign-ins that each work, each with a state of its own',
    async () => {
      const browser = createBrowser();
      const page = pageOf(await answerTo(requestOf(company), browser));
      const to = new URL('/callback/demo', company.issuer);
      const arrivals = await Promise.all(Array.from({ length: 5 }, () => press(browser, page, 'allow', to)));
      const callbacks: URL[] = [];
      for (const arrival of arrivals) {
        const back = arrival.kind === 'page' ? await press(browser, arrival.page, 'alice', to) : arrival;
        if (back.kind === 'left') callbacks.push(back.url);
      }
      expect(new Set(callbacks.map(({ searchParams }) => searchParams.get('state'))).size).toBe(5);
      const codes: (string | null)[] = [];
      for (const callback of callbacks) codes.push(toldClient(await answerTo(callback, browser)).get('code'));
      expect(new Set(codes).size).toBe(5);
      expect(codes).not.toContain(null);
    },
  );
});
