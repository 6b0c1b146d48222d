import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChromium } from '../support/chromium.ts';
import { type Company, startCompany } from '../support/company.ts';
import { type Inspector, startInspector } from './inspector.ts';

let company: Company;
let inspector: Inspector;
let browser: Browser;
let context: BrowserContext;

beforeAll(async () => {
  company = await startCompany();
  [inspector, browser] = await Promise.all([startInspector(company.mcpUrl), startChromium()]);
  context = await browser.newContext();
  // Its fonts come from elsewhere; it works without.
  await context.route(
    ({ hostname }) => !['localhost', '127.0.0.1'].includes(hostname),
    (route) => route.abort(),
  );
});
afterAll(async () => {
  await browser.close();
  await inspector.stop();
  await company.stop();
});

const open = async (): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(inspector.url);
  await page.getByRole('switch', { name: /^Connect or disconnect/ }).press('Space');
  return page;
};

/** The list of the server's tools, once Inspector is connected. */
const showTools = async (page: Page): Promise<void> => {
  await page.getByText('Tools', { exact: true }).click();
};

describe('MCP Inspector', () => {
  it('is given the URL of an MCP server, signs a person in, and calls its tools in their name', async () => {
    const page = await open();
    const question = page.getByRole('heading', { level: 1 });
    await question.filter({ hasText: 'Let MCP Inspector use Demo MCP server?' }).waitFor();
    expect(await page.innerText('main')).toContain('It introduced itself');
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('button', { name: 'Sign in as Alice' }).click();
    await page.getByText('Authorization complete').waitFor();
    await showTools(page);
    for (const tool of ['cancel_order', 'list_orders'])
      await page.getByRole('button', { name: tool }).click();
    await page.getByRole('button', { name: 'Execute Tool' }).click();
    await page.getByText(/asked by person\.[\w-]{43} through dyn_/).waitFor();
  });

  it('connects again without asking the person', async () => {
    const asked: string[] = [];
    context.on('request', (request) => {
      if (request.url().startsWith(company.issuer)) asked.push(request.url());
    });
    const page = await open();
    await showTools(page);
    await page.getByRole('button', { name: 'list_orders' }).waitFor();
    expect(asked).toEqual([]);
  });
});
