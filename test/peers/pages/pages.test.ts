import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPage } from '../../../lambdas/http/pages/connect.ts';
import { consentPage } from '../../../lambdas/http/pages/consent.ts';
import { startChromium } from '../../support/chromium.ts';
import { connect, consent, everyPage, look } from '../../support/page-mothers.ts';

/** What the pages look like, to be looked at. */
const pictures = 'node_modules/.cache/vestibule/pages';
let browser: Browser;
const servers: Server[] = [];
let origin: string;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await startChromium();
  origin = await serve((path) => {
    return everyPage[path.slice(1)] ?? { status: 404 };
  });
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An origin of its own; resolves with it. */
async function serve(answer: (path: string, method: string, body: string) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, headers, body } = answer(
        request.url ?? '',
        request.method ?? '',
        Buffer.concat(chunks).toString(),
      );
      response.writeHead(status, headers).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const names = Object.keys(everyPage);
const settings = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, width })),
);
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function inContext(
  options: Parameters<Browser['newContext']>[0],
  use: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

describe.each(names)('the page %s', (name) => {
  it.each(settings)('is accessible, $colorScheme at $width px', async ({ colorScheme, width }) => {
    await inContext({ colorScheme, viewport: { width, height: 900 } }, async (page) => {
      await page.goto(`${origin}/${name}`);
      await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${width}.png`, fullPage: true });
      const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });
  });

  it('loads nothing, runs nothing and breaks no rule of its own policy', async () => {
    await inContext({}, async (page) => {
      const requested: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requested.push(request.url()));
      page.on('console', (line) => complaints.push(line.text()));
      await page.goto(`${origin}/${name}`);
      const styled = await page.evaluate('getComputedStyle(document.querySelector("main")).borderRadius');
      expect(styled).not.toBe('0px');
      expect(requested).toEqual([`${origin}/${name}`]);
      expect(complaints.filter((text) => !text.includes('the server responded with a status of'))).toEqual(
        [],
      );
    });
  });

  it('is used without JavaScript and by the keyboard alone: all that can be pressed is reached, in order, and seen', async () => {
    await inContext({ javaScriptEnabled: false }, async (page) => {
      await page.goto(`${origin}/${name}`);
      const targets = page.locator('button, a[href], input:not([type=hidden])');
      for (let index = 0; index < (await targets.count()); index += 1) {
        await page.keyboard.press('Tab');
        const target = targets.nth(index);
        expect(await target.and(page.locator(':focus-visible')).count()).toBe(1);
        const { height = 0, width = 0 } = (await target.boundingBox()) ?? {};
        const inText = await target.and(page.locator('p > a:not(.button)')).count();
        if (inText === 0) expect(Math.min(height, width)).toBeGreaterThanOrEqual(24);
      }
    });
  });
});

describe('the consent form', () => {
  it.each([
    ['Allow', 'allow'],
    ['Cancel', 'deny'],
  ])(
    'is answered by pressing %s with the keyboard, and what is sealed comes along',
    async (label, decision) => {
      const posted: string[] = [];
      const here = await serve((_, method, body) => {
        if (method === 'GET') return consentPage(look, { ...consent, leadsTo: [] });
        posted.push(body);
        return { status: 204 };
      });
      await inContext({ javaScriptEnabled: false }, async (page) => {
        await page.goto(here);
        await page.getByRole('button', { name: label }).focus();
        await page.keyboard.press('Enter');
        await expect.poll(() => posted).toEqual([`request=v1.sealed_request&decision=${decision}`]);
      });
    },
  );

  // Chromium holds every redirect after a form against the policy of the form's page.
  it('leads on through the identity provider, back to us and to the client, redirect by redirect', async () => {
    const client = await serve(() => ({ status: 200, body: 'the client' }));
    const idp = await serve(() => ({ status: 303, headers: { location: `${here}/callback/staff` } }));
    const here: string = await serve((path, method) => {
      if (path.startsWith('/callback')) return { status: 303, headers: { location: `${client}/cb` } };
      if (method === 'POST') return { status: 303, headers: { location: `${idp}/authorize` } };
      return consentPage(look, { ...consent, leadsTo: [idp, client] });
    });
    await inContext({}, async (page) => {
      await page.goto(here);
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(`${client}/cb`);
      expect(await page.textContent('body')).toBe('the client');
    });
  });

  it('leads nowhere else: a redirect to another place is stopped by the browser', async () => {
    const visited: string[] = [];
    const elsewhere = await serve((path) => {
      visited.push(path);
      return { status: 200 };
    });
    const here = await serve((_, method) =>
      method === 'POST'
        ? { status: 303, headers: { location: `${elsewhere}/stolen` } }
        : consentPage(look, { ...consent, leadsTo: ['http://127.0.0.1:1'] }),
    );
    await inContext({}, async (page) => {
      await page.goto(here);
      const refusal = page.waitForEvent('console', (line) => line.text().includes('form-action'));
      await page.getByRole('button', { name: 'Allow' }).click();
      await refusal;
      expect(visited).toEqual([]);
    });
  });
});

describe('the form by which an account is connected', () => {
  it('says what is ticked, by its words and by the keyboard, and leads on to the third party', async () => {
    const posted: string[] = [];
    const third = await serve(() => ({ status: 200, body: 'the third party' }));
    const here = await serve((_, method, body) => {
      if (method === 'GET') return connectPage(look, { ...connect, leadsTo: [`${third}/authorize`] });
      posted.push(body);
      return { status: 303, headers: { location: `${third}/authorize` } };
    });
    await inContext({ javaScriptEnabled: false }, async (page) => {
      await page.goto(here);
      await page.getByRole('group', { name: 'Triage may' }).getByText('Read issues').click();
      await page.getByRole('checkbox', { name: 'Write pages' }).focus();
      await page.keyboard.press('Space');
      await page.getByRole('button', { name: 'Connect GitHub' }).click();
      await page.waitForURL(`${third}/authorize`);
    });
    expect(posted.map((body) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { token: 'v1.sealed_token', 'let scribe wiki': 'yes' },
    ]);
  });
});
