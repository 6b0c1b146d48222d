import { mkdirSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen, type RunningServer } from '../../../local/demo/http.ts';
import { messagePage, tasksPage } from '../../../local/demo/task-page/page.ts';
import { startChromium } from '../../support/chromium.ts';
import { minute, now, shownTask } from '../../unit/local/demo/task-page/a-shown-task.ts';

const pictures = 'node_modules/.cache/vestibule/pages';
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const settings = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 1280].map((width) => ({ colorScheme, width })),
);

const happened = (['opened', 'renewed', 'renewed', 'extended', 'failed', 'warned'] as const).map(
  (kind, index) => ({ taskId: 'a', kind, at: now - (60 - 11 * index) * minute, reason: undefined }),
);
const tasks = [
  shownTask({ happenings: happened, person: 'Alice Adams' }),
  shownTask({ health: 'failing', failure: { reason: 'identity provider demo' }, endsAt: now + 9 * minute }),
  shownTask({ health: 'late', lateSeconds: 240, purpose: 'A purpose of very many words, '.repeat(8) }),
  shownTask({ health: 'ending', purpose: 'W'.repeat(256) }),
  shownTask({
    ...{ health: 'over', happenings: happened },
    ended: { reason: 'revoked', at: now - 10 * minute, detail: 'it is stuck' },
  }),
];

const pages = {
  '/tasks': tasksPage({ now, tasks, isMore: true }),
  '/none': tasksPage({ now, tasks: [], isMore: false }),
  '/nobody': messagePage(503, 'Nobody can tell'),
};

let browser: Browser;
let server: RunningServer;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  browser = await startChromium();
  server = await listen(
    0,
    (request, response) => {
      const { status, headers, body } = pages[request.url as keyof typeof pages];
      response.writeHead(status, headers).end(body);
      return Promise.resolve();
    },
    (line) => {
      throw new Error(line);
    },
  );
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

async function at(
  path: string,
  options: Parameters<Browser['newContext']>[0],
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    await use(page);
    expect(page.url()).toBe(`http://localhost:${server.port}${path}`);
  } finally {
    await context.close();
  }
}

const open = (page: Page, path: string) => page.goto(`http://localhost:${server.port}${path}`);

describe.each(Object.keys(pages))('the page of tasks at %s', (path) => {
  it.each(settings)('is accessible, $colorScheme at $width px', async ({ colorScheme, width }) => {
    await at(path, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
      await open(page, path);
      await page.screenshot({
        path: `${pictures}${path}-of-run-${colorScheme}-${width}.png`,
        fullPage: true,
      });
      const { violations } = await new AxeBuilder({ page }).withTags(rules).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });
  });

  it('loads nothing, runs nothing and breaks no rule of its own policy', async () => {
    await at(path, {}, async (page) => {
      const [requested, complaints]: [string[], string[]] = [[], []];
      page.on('request', (request) => requested.push(request.url()));
      page.on('console', (line) => complaints.push(line.text()));
      await open(page, path);
      expect(await page.evaluate('getComputedStyle(document.querySelector("main")).maxWidth')).toBe('1120px');
      expect(requested).toEqual([page.url()]);
      expect(complaints.filter((text) => !text.includes('the server responded with a status of'))).toEqual(
        [],
      );
    });
  });
});

it('is read by the keyboard: the drawing and the table scroll', async () => {
  await at('/tasks', { viewport: { width: 320, height: 700 } }, async (page) => {
    await open(page, '/tasks');
    for (const name of ['Drawing', 'The same as a table']) {
      await page.keyboard.press('Tab');
      if ((await page.locator('a:focus').count()) === 1) await page.keyboard.press('Tab');
      const region = page.getByRole('region', { name });
      expect(await region.and(page.locator(':focus-visible')).count()).toBe(1);
      await page.keyboard.press('End');
      await page.keyboard.press('ArrowRight');
      await expect
        .poll(() => region.evaluate((element) => (element as { scrollLeft?: number }).scrollLeft))
        .toBeGreaterThan(0);
    }
  });
});
