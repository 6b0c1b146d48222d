import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { drive } from '../support/driver.ts';
import {
  answerTo,
  hosted,
  pageOf,
  requestOf,
  startOffice,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { verifies } from '../verifies.ts';

let company: Company;
beforeAll(async () => {
  company = await startOffice();
}, 120_000);
afterEach(() => {
  company.run.cloud.faults.clear();
});
afterAll(() => company.stop());

/** Each of these is given up after two seconds and tried again, or is what people wait for: together it is too much. */
const slow = [
  'dynamodb:GetItem~Authorization=delay(999999)@1-2',
  'dynamodb:BatchGetItem~Authorization=delay(999999)@1-2',
  'lambda:Invoke~Authorization=delay(999999)@1',
] as const;

describe('a sign-in that takes longer than its function may', () => {
  verifies(
    'vestibule:sign-in-out-of-time',
    'ends in a page with a way to try again, and that way leads on',
    async () => {
      const browser = createBrowser();
      const callback = await upToCallback(browser, requestOf(company));
      drive(company).letCachesExpire();
      const from = company.log.length;
      slow.forEach(company.run.cloud.faults.add);
      const page = pageOf(await browser.open(callback, new URL(hosted)));
      company.run.cloud.faults.clear();
      expect(page.status).toBe(503);
      expect(page.text).toContain('This does not work right now');
      expect(company.log.slice(from).join('\n')).toContain('an answer in time');
      const again = page.links.find(({ label }) => label.includes('Try again'));
      const arrival = await answerTo(new URL(again?.href ?? '', page.url), browser);
      expect(toldClient(arrival).get('code')).toBeTruthy();
    },
    90_000,
  );
});
