import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { basic } from '../support/driver.ts';
import { listedGrants } from '../support/listed-grants.ts';
import {
  answerTo,
  eventsSince,
  pageOf,
  pressLabel,
  requestOf,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { verifies } from '../verifies.ts';

let office: PlayedOffice;
let server: Readonly<Record<string, string>>;
beforeAll(async () => {
  office = await startPlayedOffice();
  server = basic('demo-server', await office.company.secretOf('demo-server'));
}, 120_000);
afterAll(() => office.stop());

interface Held {
  readonly grant: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function redeemed(code: string): Promise<Held> {
  const { status, body } = await office.redeem(code);
  expect(status).toBe(200);
  const accessToken = String(body['access_token']);
  const grant = String(decodeJwt(accessToken)['grant_id']);
  return { grant, accessToken, refreshToken: String(body['refresh_token']) };
}

async function isActive({ accessToken: token }: Held): Promise<unknown> {
  const form = { method: 'POST', headers: server, body: new URLSearchParams({ token }) };
  return (await office.client.send('/introspect', form)).body['active'];
}

/** What the failing request has come to when it fails: whether the oldest grant has ended by then. */
const faults = [
  ['dynamodb:TransactWriteItems~Authorization=down@*', 'lives'],
  ['dynamodb:TransactWriteItems~Authorization=throttle@*', 'lives'],
  ['dynamodb:TransactWriteItems~Authorization=timeout@1-3', 'ended'],
  // The first question to the function is who signed in, the second is to forget what is kept of the oldest grant.
  ['lambda:Invoke~Authorization=down@2-', 'ended'],
  ['dynamodb:DeleteItem~Downstream=down@*', 'ended'],
  // The first item is the new grant, the second is the list.
  ['dynamodb:PutItem~Authorization=down@2-', 'ended'],
] as const;

describe('the oldest of more than fifty grants of one client', () => {
  let browser: Browser;
  const oldest: Held[] = [];
  beforeAll(async () => {
    browser = createBrowser();
    for (let count = 0; count < 50; count += 1) {
      const code = await office.code({}, browser);
      if (count <= faults.length) oldest.push(await redeemed(code));
    }
  }, 120_000);

  verifies(
    ['vestibule:sign-in-faults', 'vestibule:lost-reply-spares-families'],
    'stays listed while it cannot be ended as a whole, and ends at the next try',
    async () => {
      for (const [fault, then] of faults) {
        const held = oldest.shift()!;
        expect((await listedGrants(office.company))[0]).toBe(held.grant);
        const callback = await upToCallback(browser, requestOf(office.company));
        office.company.run.cloud.faults.add(fault);
        const page = pageOf(await answerTo(callback, browser));
        office.company.run.cloud.faults.clear();
        expect([fault, page.status]).toEqual([fault, 503]);
        expect((await listedGrants(office.company))[0]).toBe(held.grant);
        expect([fault, await isActive(held)]).toEqual([fault, then === 'lives']);
        const from = office.company.log.length;
        const code = toldClient(await pressLabel(browser, page, 'Try again')).get('code');
        const granted = await redeemed(String(code));
        const listed = await listedGrants(office.company);
        expect([fault, listed.length, listed.at(-1)]).toEqual([fault, 50, granted.grant]);
        expect(listed).not.toContain(held.grant);
        expect([fault, await isActive(held), await isActive(granted)]).toEqual([fault, false, true]);
        const refused = await office.refresh(held.refreshToken);
        expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_grant']);
        expect(refused.body['error_description']).toContain('granted the same again too often');
        expect([fault, eventsSince(office.company, from).map(({ event }) => event)]).toEqual([
          fault,
          expect.arrayContaining(['authorization_granted', 'token_refused']),
        ]);
        // The next one is not touched.
        expect(await isActive(oldest[0]!)).toBe(true);
      }
    },
    120_000,
  );
});
