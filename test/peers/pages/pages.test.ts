import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../../support/chromium.ts';
import { everyPage } from '../../support/page-mothers.ts';

const pictures = 'node_modules/.cache/vestibule/pages';
let browser: Browser;
let server: Server;
let origin: string;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await startChromium();
  server = createServer((request, response) => {
    const page = everyPage[(request.url ?? '').slice(1)];
    response.writeHead(page?.status ?? 404, page?.headers).end(page?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

const schemes = ['light', 'dark'] as const;
const widths = [320, 1280] as const;
const settings = schemes.flatMap((colorScheme) => widths.map((width) => ({ colorScheme, width })));

interface Shown {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requested: readonly string[];
}

async function show(context: BrowserContext, name: string): Promise<Shown> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const requested: string[] = [];
  page.on('console', (line) => complaints.push(line.text()));
  page.on('request', (request) => requested.push(request.url()));
  await page.goto(`${origin}/${name}`);
  return { page, complaints, requested };
}

describe.each(Object.keys(everyPage))('the page %s', (name) => {
  it.each(settings)('is accessible, $colorScheme at $width px', async ({ colorScheme, width }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } });
    const { page } = await show(context, name);
    await page.screenshot({ path: `${pictures}/${name}-${colorScheme}-${width}.png`, fullPage: true });
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await context.close();
  });
});
