import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Answer } from '../support/driver.ts';
import { approve, deviceAt, enter, later, sendCode, upToWho, withDevices } from '../support/devices.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { listedGrants } from '../support/listed-grants.ts';
import { eventsSince, pageOf, press } from '../support/people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withDevices);
const device = () => deviceAt(company);

const letters = 'BCDFGHJKLMNPQRSTVWXZ';

function aGuess(): string {
  return Array.from({ length: 8 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
}

interface Guessed {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** Tries a code from an address of this machine. */
function guess(localAddress: string, userCode = aGuess()): Promise<Guessed> {
  const { port } = new URL(company.issuer);
  const headers = { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, path: '/device', method: 'POST', localAddress, headers, agent: false },
      (answer) => {
        const { statusCode: status = 0, headers: told } = answer;
        text(answer).then((body) => {
          resolve({ status, retryAfter: told['retry-after'], text: body });
        }, reject);
      },
    );
    asked.on('error', reject).end(new URLSearchParams({ user_code: userCode }).toString());
  });
}

describe('two people who approve one code', () => {
  verifies(
    'vestibule:device-one-approver',
    'have one winner, and what the other granted has ended',
    async () => {
      for (let rounds = 5; rounds > 0; rounds -= 1) {
        const { deviceCode, userCode } = await device().begin();
        const [alice, bob] = [createBrowser(), createBrowser()];
        const pages = [
          await upToWho(company, userCode, alice),
          await upToWho(company, userCode, bob),
        ] as const;
        const from = company.log.length;
        const ends = await Promise.all([press(alice, pages[0], 'alice'), press(bob, pages[1], 'bob')]);
        const texts = ends.map((end) => pageOf(end).text);
        expect(texts.filter((text) => text.includes('You can go back to your device'))).toHaveLength(1);
        expect(texts.filter((text) => text.includes('This code is over'))).toHaveLength(1);
        const events = eventsSince(company, from).map(({ event }) => event);
        expect(events.filter((event) => event === 'authorization_granted')).toHaveLength(1);
        expect(events.filter((event) => event === 'authorization_refused')).toHaveLength(1);
        expect((await device().poll(deviceCode)).status).toBe(200);
      }
      const grants = (await itemsAtRest(company, 'GrantsTable')).filter((item) =>
        item['pk']?.S?.startsWith('grant#'),
      );
      const usable = grants.filter((item) => item['ended'] === undefined);
      expect(usable).toHaveLength(5);
      for (const item of grants.filter(({ ended }) => ended !== undefined)) {
        expect(item['ended']?.M?.['reason']?.S).toBe('device_over');
        expect(item['code']?.M?.['redeemed_at']).toBeUndefined();
      }
    },
    60_000,
  );
});

/** All at one moment: who polls more than ten seconds after the winner, or in time again, is another case. */
function atOnce(many: number, deviceCode: string): Promise<readonly Answer[]> {
  return company.run.clock.standStill(() =>
    Promise.all(Array.from({ length: many }, () => device().poll(deviceCode))),
  );
}

async function refreshes([winner]: readonly Answer[]): Promise<number> {
  const form = {
    ...{ grant_type: 'refresh_token', client_id: 'terminal' },
    refresh_token: String(winner?.body['refresh_token']),
  };
  return (await device().client.token(form)).status;
}

describe('polls that come at once', () => {
  verifies(
    'vestibule:device-one-winner',
    'have one winner among two hundred, and end nothing of what it won',
    async () => {
      const { deviceCode, userCode } = await device().begin();
      await approve(company, userCode);
      const answers = await atOnce(200, deviceCode);
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      for (const { status, body } of answers.filter((answer) => !winners.includes(answer))) {
        expect([status, body['error']]).toEqual([400, 'invalid_grant']);
      }
      expect(await refreshes(winners)).toBe(200);
    },
    120_000,
  );

  verifies(
    'rfc8628:3.5:slow-down',
    'while nobody has decided have one that is in time',
    async () => {
      const { deviceCode } = await device().begin();
      const answers = await atOnce(40, deviceCode);
      const said = answers.map(({ body }) => body['error']);
      expect(said.filter((error) => error === 'authorization_pending')).toHaveLength(1);
      expect(said.filter((error) => error === 'slow_down')).toHaveLength(39);
    },
    120_000,
  );
});

describe('somebody who guesses codes', () => {
  verifies(
    'rfc8628:5.1:guessing',
    'is told nothing of a wrong one, and soon no more than to wait',
    async () => {
      const { userCode, deviceCode } = await device().begin();
      const over = await device().begin();
      await approve(company, over.userCode);
      const { text: wrong } = await guess('127.0.2.1');
      const { text: used } = await guess('127.0.2.1', over.userCode);
      const bare = (page: string, code: string): string => page.replace(code, '');
      const shown = /value="([^"]+)"/.exec(wrong)?.[1] ?? '';
      expect(bare(wrong, shown)).toBe(bare(used, over.userCode));
      const { statuses, refused } = await company.run.clock.standStill(async () => {
        const tried: number[] = [];
        for (let left = 40; left > 0; left -= 1) tried.push((await guess('127.0.2.1')).status);
        return { statuses: tried, refused: await guess('127.0.2.1', userCode) };
      });
      // Thirty at once with those two, and one in two seconds after: as many as came by while those two were looked at.
      const taken = statuses.filter((status) => status === 400).length;
      expect([taken >= 28, taken <= 30]).toEqual([true, true]);
      expect(statuses.filter((status) => status === 429)).toHaveLength(40 - taken);
      // The right one does not help any more.
      expect(refused.status).toBe(429);
      expect(refused.retryAfter).toMatch(/^[1-9]\d*$/);
      expect(refused.text).toContain('Too many codes');
      expect((await guess('127.0.2.2', userCode)).status).toBe(200);
      expect((await device().poll(deviceCode)).body['error']).toBe('authorization_pending');
      later(company, 10);
      expect((await guess('127.0.2.1', userCode)).status).toBe(200);
    },
    60_000,
  );

  verifies(
    'rfc8628:5.1:guessing',
    'from everywhere at once finds that all addresses have one limit together',
    async () => {
      const from = company.log.length;
      const statuses: number[] = [];
      await company.run.clock.standStill(async () => {
        for (let batch = 0; batch < 14; batch += 1) {
          const guesses = Array.from({ length: 50 }, (_, at) => guess(`127.1.${batch}.${at + 1}`));
          statuses.push(...(await Promise.all(guesses)).map(({ status }) => status));
        }
      });
      const taken = statuses.filter((status) => status === 400).length;
      // Three hundred at once, less what the tests before have left of them, and none while no time passes.
      expect(taken).toBeGreaterThanOrEqual(280);
      expect(taken).toBeLessThanOrEqual(300);
      expect(statuses.filter((status) => status === 429)).toHaveLength(700 - taken);
      const reasons = new Set(eventsSince(company, from).map(({ reason }) => reason));
      expect(reasons).toEqual(new Set(['user_code_unknown', 'too_many_codes']));
      later(company, 200);
    },
    240_000,
  );

  verifies('rfc8628:5.1:guessing', 'gets no try that cannot be counted', async () => {
    const { userCode } = await device().begin();
    strike(company, 'dynamodb:UpdateItem~Authorization=down@*');
    const answer = await guess('127.0.2.3', userCode);
    mend(company);
    expect([answer.status, answer.retryAfter]).toEqual([503, expect.stringMatching(/^\d+$/) as string]);
    expect((await guess('127.0.2.3', userCode)).status).toBe(200);
  });
});

verifies(
  'vestibule:limit-not-exhausted-by-strangers',
  'who begins for a public client by its name alone uses up nothing of the client',
  async () => {
    company.run.cloud.ledger.reset();
    for (let left = 30; left > 0; left -= 1) await device().ask();
    const drawn = company.run.cloud.ledger.calls().filter(({ action }) => action === 'dynamodb:UpdateItem');
    const items = await itemsAtRest(company, 'GrantsTable');
    expect(items.filter((item) => item['pk']?.S?.startsWith('bucket#client#'))).toEqual([]);
    expect(drawn.length).toBeGreaterThan(0);
  },
);

verifies(
  ['vestibule:secrets-never-logged', 'UI-5'],
  'no log, audit event, refusal or item at rest holds the codes of a device',
  async () => {
    const secrets: string[] = [];
    const written: string[] = [];
    const begin = async () => {
      const begun = await device().begin();
      secrets.push(
        begun.deviceCode,
        begun.deviceCode.split('.')[1] ?? '',
        begun.userCode,
        begun.userCode.replace('-', ''),
      );
      return begun;
    };
    const poll = async (code: string, more = {}) => {
      const answer = await device().poll(code, more);
      if (answer.status === 200)
        secrets.push(String(answer.body['access_token']), String(answer.body['refresh_token']));
      else written.push(answer.text);
      return answer;
    };
    const [first, second, third] = [await begin(), await begin(), await begin()];
    await poll(first.deviceCode);
    await poll(first.deviceCode);
    await poll(first.deviceCode, { client_id: 'other-terminal' });
    await approve(company, first.userCode);
    strike(company, 'kms:Sign=down@*');
    await poll(first.deviceCode);
    mend(company);
    expect((await poll(first.deviceCode)).status).toBe(200);
    await poll(first.deviceCode);
    const browser = createBrowser();
    const page = pageOf(await browser.open(third.link));
    await press(browser, pageOf(await sendCode(browser, page)), 'deny');
    await poll(third.deviceCode);
    strike(company, 'dynamodb:GetItem~Authorization=down@*');
    await enter(company, second.userCode);
    mend(company);
    await enter(company, `${second.userCode}X`);
    const atRest = JSON.stringify(await itemsAtRest(company, 'GrantsTable'));
    expect((await listedGrants(company)).length).toBeGreaterThan(0);
    for (const text of [...company.log, ...written, atRest]) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  },
  60_000,
);
