import { randomUUID } from 'node:crypto';
import { describe, expect } from 'vitest';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { type Begun, deviceAt, enter, later, withDevices } from '../support/devices.ts';
import { pageOf, press, pressLabel } from '../support/people.ts';
import { callsDuring, faultsAt } from '../support/struck-calls.ts';
import { mend, playedOfficeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile(withDevices);
const device = () => deviceAt(office.company);

/** Nobody has signed in under this name before. */
function somebody(): void {
  office.idp.play({ person: { sub: randomUUID(), name: 'Ann', groups: ['staff'] } });
}

/** One request of a person on the way; resolves with what sends it. */
type Step = (browser: Browser, begun: Begun) => Promise<() => Promise<Arrival>>;

const code: Step = async (browser, { userCode }) => {
  const page = pageOf(await browser.open(`${office.company.issuer}/device`));
  const [form] = page.forms;
  return () => browser.press(page, form!, form!.buttons[0], { fields: { user_code: userCode } });
};
const ownDevice: Step = async (browser, { userCode }) => {
  const page = await enter(office.company, userCode, browser);
  return () => press(browser, page, 'allow');
};
/** The yes, the way to the provider and back, and the end. */
const yes: Step = async (browser, begun) => {
  const page = pageOf(await (await ownDevice(browser, begun))());
  return () => press(browser, page, 'allow');
};

/** As a person goes on who says yes wherever they are asked; resolves with how often they had to try again. */
async function goOn(browser: Browser, from: Arrival): Promise<number> {
  let [page, presses]: [Page, number] = [pageOf(from), 0];
  for (let pages = 0; pages < 5; pages += 1) {
    if (page.text.includes('You can go back to your device')) return presses;
    if (page.status >= 400) presses += 1;
    page = pageOf(await (page.status >= 400 ? tryAgain(browser, page) : press(browser, page, 'allow')));
  }
  throw new Error(`going on and on: ${page.text}`);
}

function tryAgain(browser: Browser, page: Page): Promise<Arrival> {
  const link = page.links.find(({ label }) => label.includes('Try again'));
  return link === undefined
    ? pressLabel(browser, page, 'Try again')
    : browser.open(new URL(link.href, page.url));
}

async function bring(step: Step) {
  somebody();
  const browser = createBrowser();
  const begun = await device().begin();
  const send = await step(browser, begun);
  // Nothing is remembered that was read before.
  later(office.company, 301);
  return { browser, begun, send };
}

describe('a fault of AWS', () => {
  for (const [name, step] of Object.entries({ code, ownDevice, yes })) {
    verifies(
      'vestibule:device-faults',
      `costs a person a press at most at the step ${name}, and the device gets its tokens once`,
      async () => {
        const first = await bring(step);
        const calls = await callsDuring(office.company, ['Authorization', 'Downstream'], first.send);
        for (const fault of calls.flatMap(faultsAt)) {
          const { browser, begun, send } = await bring(step);
          strike(office.company, fault);
          const arrival = await send();
          mend(office.company);
          const { status } = pageOf(arrival);
          expect([200, 503], fault).toContain(status);
          expect([fault, await goOn(browser, arrival)]).toEqual([fault, status === 200 ? 0 : 1]);
          expect([fault, (await device().poll(begun.deviceCode)).status]).toEqual([fault, 200]);
          expect([fault, (await device().poll(begun.deviceCode)).status]).toEqual([fault, 400]);
        }
      },
      240_000,
    );
  }

  verifies(
    'vestibule:device-faults',
    'has a device poll once more, and it gets its tokens once',
    async () => {
      const approved = async (): Promise<Begun> => {
        const { browser, begun, send } = await bring(yes);
        await goOn(browser, await send());
        return begun;
      };
      const first = await approved();
      const calls = await callsDuring(office.company, ['Token', 'Downstream'], () =>
        device().poll(first.deviceCode),
      );
      for (const fault of calls.flatMap(faultsAt)) {
        const begun = await approved();
        strike(office.company, fault);
        const struck = await device().poll(begun.deviceCode);
        mend(office.company);
        expect([200, 503], fault).toContain(struck.status);
        if (struck.status === 503) {
          expect(struck.body['error']).toBe('temporarily_unavailable');
          expect(struck.headers.get('retry-after')).toMatch(/^\d+$/);
        }
        const again = await device().poll(begun.deviceCode);
        // Where the write was done and three replies were lost, the tokens are lost with them, and nothing is given twice.
        const isLost = fault.endsWith('UpdateItem~Token=timeout@1-3') && struck.status === 503;
        expect([fault, again.status]).toEqual([fault, struck.status === 200 || isLost ? 400 : 200]);
      }
    },
    240_000,
  );

  verifies(
    'vestibule:device-faults',
    'costs a device that begins or waits nothing but another request',
    async () => {
      for (const kind of ['down@*', 'timeout@1-3', 'timeout@1', 'throttle@1']) {
        strike(office.company, `dynamodb:PutItem~Requests=${kind}`);
        const struck = await device().ask();
        mend(office.company);
        const isPassing = kind.endsWith('@1');
        expect([kind, struck.status]).toEqual([kind, isPassing ? 200 : 503]);
        const { deviceCode } = await device().begin();
        for (const call of ['GetItem', 'UpdateItem']) {
          strike(office.company, `dynamodb:${call}~Token=${kind}`);
          later(office.company, 6);
          const polled = await device().poll(deviceCode);
          mend(office.company);
          expect([call, kind, polled.status]).toEqual([call, kind, isPassing ? 400 : 503]);
          if (isPassing) expect(polled.body['error']).toBe('authorization_pending');
        }
      }
    },
    60_000,
  );
});
