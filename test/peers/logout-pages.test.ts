import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type RunningServer } from '../../local/demo/http.ts';
import { requestOf, peoplesClients } from '../spec/support/people.ts';
import { withWaysOut } from '../spec/support/signing-out.ts';
import { startChromium } from '../support/chromium.ts';
import { type Company, startCompany } from '../support/company.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let company: Company;
let browser: Browser;
let desk: RunningServer;

beforeAll(async () => {
  [company, browser, desk] = await Promise.all([
    startCompany({
      change: (config) => withWaysOut({ ...config, clients: [...config.clients, ...peoplesClients] }),
    }),
    startChromium(),
    listen(
      0,
      (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!doctype html><html lang="en"><title>Desk</title><h1>Desk</h1></html>');
        return Promise.resolve();
      },
      (line) => {
        throw new Error(line);
      },
    ),
  ]);
});
afterAll(async () => {
  await browser.close();
  await desk.stop();
  await company.stop();
});

/** Presses a button by the keyboard alone; resolves with the text of the page that comes. */
async function press(page: Page, label: RegExp): Promise<string> {
  const button = page.getByRole('button', { name: label });
  for (let tabs = 0; tabs < 12; tabs += 1) {
    if ((await button.and(page.locator(':focus-visible')).count()) === 1) break;
    await page.keyboard.press('Tab');
  }
  await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press('Enter')]);
  return judged(page);
}

/** Each page of ours has to be accessible. */
async function judged(page: Page): Promise<string> {
  await page.waitForLoadState('load');
  const isOurs = page.url().startsWith(company.issuer);
  const { violations } = isOurs
    ? await new AxeBuilder({ page }).withTags(rules).analyze()
    : { violations: [] };
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  return page.innerText('body');
}

describe('the pages of a logout, in Chromium', () => {
  it('lead from the client over the company and back, by the keyboard alone, and stay where somebody says no', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    const redirectUri = `http://127.0.0.1:${desk.port}/callback`;
    await page.goto(requestOf(company, { redirect_uri: redirectUri, scope: 'openid tools:read' }).href);
    await press(page, /^Allow/);
    expect(await press(page, /^Sign in as Alice/)).toContain('Desk');
    const query = new URLSearchParams({
      ...{ client_id: 'desk', post_logout_redirect_uri: `http://127.0.0.1:${desk.port}/bye`, state: 's' },
    });
    const logout = `${company.issuer}/logout?${query.toString()}`;
    await page.goto(logout);
    expect(await judged(page)).toContain('alice@example.com');
    expect(await press(page, /^Stay signed in/)).toContain('You are still signed in');
    await page.goto(logout);
    expect(await press(page, /^Sign out$/)).toContain('Sign out of the company');
    expect(await press(page, /^Sign out of the company/)).toContain('Desk');
    expect(page.url()).toBe(`http://127.0.0.1:${desk.port}/bye?state=s`);
    await page.goto(`${company.issuer}/logout`);
    expect(await judged(page)).toContain('Nobody is known to be signed in');
    await page.goto(`${company.issuer}/logout/callback`);
    expect(await judged(page)).toContain('No sign-out is on its way');
    await context.close();
  });
});
