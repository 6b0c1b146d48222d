import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceAt, later, withDevices } from '../spec/support/devices.ts';
import { startChromium } from '../support/chromium.ts';
import { type Company, startCompany } from '../support/company.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let company: Company;
let browser: Browser;

beforeAll(async () => {
  [company, browser] = await Promise.all([startCompany({ change: withDevices }), startChromium()]);
});
afterAll(async () => {
  await browser.close();
  await company.stop();
});

const device = () => deviceAt(company);

/** A person at a telephone who uses the keyboard alone; each page that they come to has to be accessible. */
async function atPhone(use: (person: Person) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
  try {
    await use(personAt(await context.newPage()));
  } finally {
    await context.close();
  }
}

interface Person {
  readonly open: (url: string) => Promise<string>;
  /** Reaches the field by the keyboard, replaces what stands in it, and presses Enter. */
  readonly enter: (code: string) => Promise<string>;
  /** Reaches a button by the keyboard and presses it. */
  readonly press: (label: string) => Promise<string>;
}

function personAt(page: Page): Person {
  const read = async (): Promise<string> => {
    await page.waitForLoadState('load');
    const isOurs = page.url().startsWith(company.issuer);
    const { violations } = isOurs
      ? await new AxeBuilder({ page }).withTags(rules).analyze()
      : { violations: [] };
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    return page.innerText('body');
  };
  const reach = async (target: ReturnType<Page['locator']>): Promise<void> => {
    for (let tabs = 0; tabs < 12; tabs += 1) {
      if ((await target.and(page.locator(':focus-visible')).count()) === 1) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`the keyboard does not reach it on ${page.url()}: ${await page.innerText('body')}`);
  };
  const leaveBy = async (key: string): Promise<string> => {
    await Promise.all([page.waitForEvent('framenavigated'), page.keyboard.press(key)]);
    return read();
  };
  return {
    open: async (url) => {
      await page.goto(url);
      return read();
    },
    enter: async (code) => {
      await reach(page.getByRole('textbox'));
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type(code);
      return leaveBy('Enter');
    },
    press: async (label) => {
      await reach(page.getByRole('button', { name: label }));
      return leaveBy('Enter');
    },
  };
}

describe('the pages for devices, in Chromium', () => {
  it('lead from a code that is typed, wrong at first, to a device that has its tokens', async () => {
    const { deviceCode, userCode, page } = await device().begin();
    await atPhone(async (person) => {
      expect(await person.open(page)).toContain('The code that your device shows');
      expect(await person.enter('BCDF-GHJK')).toContain('That code does not count');
      expect((await device().poll(deviceCode)).body['error']).toBe('authorization_pending');
      const asked = await person.enter(userCode.toLowerCase().replace('-', ' '));
      expect(asked).toContain(userCode);
      expect(asked).toContain('only if you started this on your own device');
      expect(await person.press('Yes, I started this')).toContain('List tools and read');
      await person.press('Allow');
      expect(await person.press('Sign in as alice')).toContain('You can go back to your device');
    });
    expect((await device().poll(deviceCode)).status).toBe(200);
  });

  it('take the code of a link with one press, and a no at once', async () => {
    const { deviceCode, link } = await device().begin();
    await atPhone(async (person) => {
      await person.open(link);
      expect(await person.press('Go on')).toContain('Terminal');
      expect(await person.press('No, stop it')).toContain('Nothing was allowed');
    });
    expect((await device().poll(deviceCode)).body['error']).toBe('access_denied');
  });

  it('say of a code that has expired that it does not count, and of a page that was left open that it is too old', async () => {
    const { deviceCode, link } = await device().begin();
    await atPhone(async (person) => {
      await person.open(link);
      await person.press('Go on');
      later(company, 601);
      expect(await person.press('Yes, I started this')).toContain('This page is too old');
      await person.open(link);
      expect(await person.press('Go on')).toContain('That code does not count');
    });
    expect((await device().poll(deviceCode)).body['error']).toBe('expired_token');
  });
});
