import { beforeAll, describe, expect } from 'vitest';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { answerTo, deskAt, hosted, pageOf, press, pressLabel, toldClient } from '../support/people.ts';
import { newKeyedClient, type Pushing, pushingAt } from '../support/pushing.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const limits = { perClient: { perSecond: 1, burst: 20 }, perAddress: { perSecond: 1_000, burst: 5_000 } };
const company = officeForThisFile((config) => ({
  ...{ ...config, limits },
  clients: [
    ...config.clients,
    {
      ...{ id: 'careful', name: 'Careful', redirectUris: [hosted], requirePushedRequests: true },
      authentication: { method: 'client_secret_basic' },
    },
  ],
}));
let client: Driver;
let pushing: Pushing;

beforeAll(() => {
  client = drive(company);
  pushing = pushingAt(company);
});

/** Time for every bucket to be full again, and for every instance to read the registry anew. */
function later(): void {
  company.run.clock.advance(30);
}

/** From the consent page, or from the page that offers to try again, to the code. */
async function goOn(browser: Browser, arrival: Arrival): Promise<URLSearchParams> {
  if (arrival.kind === 'left') return toldClient(arrival);
  const { page } = arrival;
  if (page.url.origin === new URL(company.idpUrl).origin)
    return goOn(browser, await press(browser, page, 'alice'));
  if (page.status !== 503) return goOn(browser, await press(browser, page, 'allow'));
  const link = page.links.find(({ label }) => label === 'Try again');
  return goOn(
    browser,
    link === undefined
      ? await pressLabel(browser, page, 'Try again')
      : await answerTo(new URL(link.href, page.url), browser),
  );
}

describe('a fault of AWS', () => {
  verifies(
    'vestibule:pushed-faults',
    'costs a client that pushes one try',
    async () => {
      const proof = await newKeyedClient(company, 'keyed');
      later();
      const calls = await callsDuring(company, ['Requests'], async () => pushing.push(await proof()));
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['dynamodb:BatchGetItem~Requests', 'dynamodb:PutItem~Requests']),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        later();
        const by = await proof();
        strike(company, fault);
        const { status, body, headers } = await pushing.push(by);
        mend(company);
        if (status === 503) {
          expect([fault, body['error'], headers.get('retry-after')]).toEqual([
            ...[fault, 'temporarily_unavailable', '1'],
          ]);
        } else expect([fault, status]).toEqual([fault, 201]);
        // Where the mark of the assertion was down, and was not made, it is as good as new.
        const again = status === 503 && !fault.includes('timeout') ? by : await proof();
        expect([fault, (await pushing.push(again)).status]).toEqual([fault, 201]);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:pushed-faults',
    'costs the person who brings a request_uri a press at most, and nothing is used up',
    async () => {
      const open = async (): Promise<void> => {
        await answerTo(await pushing.link(), createBrowser());
      };
      later();
      const calls = await callsDuring(company, ['Authorization'], open);
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['dynamodb:GetItem~Authorization', 'dynamodb:UpdateItem~Authorization']),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        later();
        const [url, browser] = [await pushing.link(), createBrowser()];
        strike(company, fault);
        const page = pageOf(await answerTo(url, browser));
        mend(company);
        expect([fault, page.text]).toEqual([fault, expect.stringMatching(/If you allow it|Try again/)]);
        expect([fault, (await goOn(browser, { kind: 'page', page })).has('code')]).toEqual([fault, true]);
      }
    },
    120_000,
  );

  verifies(
    'vestibule:pushed-faults',
    'at the yes costs the person a press at most',
    async () => {
      const ready = async (): Promise<() => Promise<Arrival>> => {
        const [url, browser] = [await pushing.link(), createBrowser()];
        const page = pageOf(await answerTo(url, browser));
        return () => press(browser, page, 'allow');
      };
      const yes = await ready();
      const calls = await callsDuring(company, ['Authorization'], yes);
      const writes = calls.filter(({ target }) => /UpdateItem|PutItem/.test(target));
      expect(writes).toHaveLength(2);
      for (const fault of writes.flatMap(faultsAt)) {
        const [url, browser] = [await pushing.link(), createBrowser()];
        const page = pageOf(await answerTo(url, browser));
        strike(company, fault);
        const arrival = await press(browser, page, 'allow');
        mend(company);
        expect([fault, (await goOn(browser, arrival)).has('code')]).toEqual([fault, true]);
        expect(pageOf(await answerTo(url, browser)).text).toContain('has begun already');
      }
    },
    120_000,
  );
});

verifies('vestibule:pushed-secrets', 'nothing at rest and no log has a request_uri', async () => {
  const canary = 'state-that-nobody-else-knows';
  const pushed = await pushing.push({ state: canary });
  const uri = String(pushed.body['request_uri']);
  const reference = uri.slice(-43);
  const [url, browser] = [pushing.linkTo(pushed), createBrowser()];
  for (const changes of [{ client_id: 'house' }, { request_uri: `${uri}x` }]) {
    await answerTo(pushing.linkTo(pushed, changes));
  }
  strike(company, 'dynamodb:UpdateItem~Authorization=down@*');
  expect(pageOf(await answerTo(url, browser)).status).toBe(503);
  mend(company);
  await answerTo(url);
  await answerTo(url, browser);
  const refused = await pushing.push({ state: canary, request_uri: uri });
  const told = JSON.stringify([company.log, refused.text]);
  expect([told.includes(reference), told.includes(canary)]).toEqual([false, false]);
  const kept = JSON.stringify(await itemsAtRest(company, 'GrantsTable'));
  expect([kept.includes('pushed-request#'), kept.includes(reference)]).toEqual([true, false]);
});

verifies(
  'vestibule:pushed-by-anybody',
  'whoever pushes in the name of a public client uses up nothing of it',
  async () => {
    later();
    const careful = basic('careful', await company.secretOf('careful'));
    const statuses = async (push: () => ReturnType<Pushing['push']>) =>
      (await Promise.all(Array.from({ length: 120 }, push))).map(({ status }) => status);
    expect(new Set(await statuses(() => pushing.push()))).toEqual(new Set([201]));
    expect((await deskAt(client).redeem('no-code')).status).toBe(400);
    // A client that proves itself has its own share.
    expect(await statuses(() => pushing.push({ client_id: 'careful' }, careful))).toContain(429);
  },
);
