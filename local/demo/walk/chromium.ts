import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Surprise } from './report.ts';

/** A person at a real browser, whose pages work without JavaScript too. */
export interface PersonsBrowser {
  /** Clicks through a sign-in until the client's redirect URI; resolves with the heading of every page that was shown. */
  readonly signIn: (address: URL, user: string) => Promise<readonly string[]>;
  /** Opens a page and resolves with its text. */
  readonly read: (address: string) => Promise<string>;
  /** Types into the field of the page that is open. */
  readonly fill: (label: RegExp, text: string) => Promise<void>;
  /** Presses a button of the page that is open, or of its section of that name; resolves with the text of the next page. */
  readonly press: (button: RegExp, section?: RegExp) => Promise<string>;
  readonly close: () => Promise<void>;
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const mostPages = 6;
const longestWait = 15_000;

/** Starts Chromium. Throws a `Surprise` that says how to get it where there is none. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? places.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Surprise(
      `People sign in in a browser, and there is no Chromium in ${places.join(', ')}.\n   Get it with \`apt-get install chromium\`, or say where it is: CHROMIUM=/path/to/chromium npm run demo.`,
    );
  }
  // A browser that runs as root has no sandbox of its own; it opens pages on loopback alone.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, args: isRoot ? ['--no-sandbox'] : [] });
}

/** A profile of its own: nobody is signed in anywhere. */
export async function openBrowser(browser: Browser): Promise<PersonsBrowser> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  page.setDefaultTimeout(longestWait);
  return {
    signIn: async (address, user) => {
      await page.goto(address.href);
      return clickThrough(page, new URL(address.searchParams.get('redirect_uri') ?? ''), user);
    },
    read: async (address) => {
      await page.goto(address);
      return page.innerText('body');
    },
    fill: (label, text) => page.getByLabel(label).fill(text),
    press: async (button, section) => {
      await leave(page, button, section);
      return page.innerText('body');
    },
    close: () => context.close(),
  };
}

async function clickThrough(page: Page, redirectUri: URL, user: string): Promise<readonly string[]> {
  const seen: string[] = [];
  while (!isAt(page, redirectUri)) {
    const heading = (await page.locator('h1').first().textContent()) ?? '';
    seen.push(heading.trim());
    if (seen.length > mostPages) throw new Surprise(`the sign-in leads in circles: ${seen.join(' → ')}`);
    await leave(page, new RegExp(`^(Allow|Sign in as ${user}\\b)`, 'i'));
  }
  return seen;
}

function isAt(page: Page, { origin, pathname }: URL): boolean {
  return page.url().startsWith(`${origin}${pathname}?`);
}

async function leave(page: Page, name: RegExp, section?: RegExp): Promise<void> {
  const place = section === undefined ? page : page.getByRole('region', { name: section });
  const button = place.getByRole('button', { name });
  if ((await button.count()) === 0) {
    throw new Surprise(`no button ${name.source} on ${page.url()}:\n${await page.innerText('body')}`);
  }
  await Promise.all([page.waitForEvent('framenavigated'), button.first().click()]);
  await page.waitForLoadState('domcontentloaded');
}
