import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { listedGrants } from '../support/listed-grants.ts';
import {
  hosted,
  pageOf,
  press,
  pressLabel,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { type PlayedOffice, startPlayedOffice } from '../support/played-office.ts';
import { callsDuring, faultsAt, type StruckCall } from '../support/struck-calls.ts';
import { verifies } from '../verifies.ts';

let office: PlayedOffice;
beforeAll(async () => {
  office = await startPlayedOffice();
}, 120_000);
afterAll(() => office.stop());

const roles = ['Authorization', 'Downstream'] as const;
const aRequest = (): URL => requestOf(office.company);
const atCallback = (): URL => new URL('/callback/demo', office.company.issuer);
const open = (browser: Browser, url: URL | string, until = new URL(hosted)): Promise<Arrival> =>
  browser.open(url, until);

/** One request of a browser on its way: brings it there, and resolves with what sends the request. */
type Step = (browser: Browser) => Promise<() => Promise<Arrival>>;

/** Nobody has signed in under this name before. */
const somebody = (): void => {
  office.idp.play({ person: { sub: randomUUID(), name: 'Ann', groups: ['staff'] } });
};

const firstPage: Step = (browser) => {
  somebody();
  return Promise.resolve(() => open(browser, aRequest(), atCallback()));
};
const rememberedYes: Step = async (browser) => {
  somebody();
  await signIn(aRequest(), { browser });
  return () => open(browser, aRequest(), atCallback());
};
const firstYes: Step = async (browser) => {
  somebody();
  const page = pageOf(await open(browser, aRequest()));
  return () => press(browser, page, 'allow', atCallback());
};
/** A yes of somebody's is remembered here, and another is back. */
const backAsAnother: Step = async (browser) => {
  await rememberedYes(browser);
  somebody();
  const callback = await upToCallback(browser, aRequest());
  return () => open(browser, callback);
};
const secondPage = async (browser: Browser): Promise<Page> => pageOf(await (await backAsAnother(browser))());
const secondYes: Step = async (browser) => {
  const page = await secondPage(browser);
  expect(page.text).toContain('You are signed in as Ann');
  return () => press(browser, page, 'allow');
};

/** Brings a new browser there, in which nothing is remembered that was read before. */
async function bring(
  step: Step,
): Promise<{ readonly browser: Browser; readonly send: () => Promise<Arrival> }> {
  const browser = createBrowser();
  const send = await step(browser);
  office.company.run.clock.advance(301);
  return { browser, send };
}

async function callsOf(step: Step): Promise<readonly StruckCall[]> {
  const { send } = await bring(step);
  return callsDuring(office.company, roles, send);
}

/** As a person goes on who says yes wherever they are asked; `presses` counts where they had to try again. */
async function goOn(
  browser: Browser,
  from: Arrival,
): Promise<{ readonly code: string | null; readonly presses: number }> {
  let [arrival, presses] = [from, 0];
  for (let pages = 0; pages < 5; pages += 1) {
    if (arrival.kind === 'left') {
      if (arrival.url.href.startsWith(hosted)) return { code: arrival.url.searchParams.get('code'), presses };
      arrival = await open(browser, arrival.url);
    } else if (arrival.page.status >= 400) {
      arrival = await tryAgain(browser, arrival.page);
      presses += 1;
    } else {
      arrival = await press(browser, arrival.page, 'allow');
    }
  }
  throw new Error(`going on and on: ${arrival.kind === 'page' ? arrival.page.text : arrival.url.href}`);
}

async function tryAgain(browser: Browser, page: Page): Promise<Arrival> {
  if (page.status === 503) expect(page.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  const link = page.links.find(({ label }) => label.includes('Try again'));
  return link === undefined
    ? pressLabel(browser, page, 'Try again')
    : open(browser, new URL(link.href, page.url));
}

async function struck(fault: string, send: () => Promise<Arrival>): Promise<Arrival> {
  const { faults } = office.company.run.cloud;
  faults.add(fault);
  const arrival = await send();
  faults.clear();
  return arrival;
}

async function expectOnePress(step: Step): Promise<void> {
  for (const fault of (await callsOf(step)).flatMap(faultsAt)) {
    const { browser, send } = await bring(step);
    const before = (await listedGrants(office.company)).length;
    const arrival = await struck(fault, send);
    const status = arrival.kind === 'page' ? arrival.page.status : 200;
    expect([200, 503], fault).toContain(status);
    // The rest of a batch is asked for again.
    if (fault.endsWith('=partial@1')) expect([fault, status]).toEqual([fault, 200]);
    const { code, presses } = await goOn(browser, arrival);
    expect([fault, presses]).toEqual([fault, status === 200 ? 0 : 1]);
    expect([fault, (await office.redeem(String(code))).status]).toEqual([fault, 200]);
    // Where nobody could tell that the sessions still stand, the grant before is listed too: its code never left.
    const mayBeTwo = status === 503 && fault.includes('BatchGetItem');
    const listed = (await listedGrants(office.company)).length - before;
    expect(mayBeTwo ? [1, 2] : [1], fault).toContain(listed);
  }
}

/** The browser shows that nobody answered, and sends the same again. */
async function expectReload(step: Step): Promise<void> {
  for (const { target, times } of await callsOf(step)) {
    for (let turn = 1; turn <= times; turn += 1) {
      const fault = `${target}=crash@${turn}`;
      const { browser, send } = await bring(step);
      const before = (await listedGrants(office.company)).length;
      const arrival = await struck(fault, send);
      const isDead = arrival.kind === 'page' && arrival.page.status === 500;
      if (turn === 1) expect([fault, isDead]).toEqual([fault, target.endsWith('~Authorization')]);
      const again = isDead ? await send() : arrival;
      const isOver = again.kind === 'page' && again.page.status === 400;
      if (isOver)
        expect([fault, again.page.text]).toEqual([
          fault,
          expect.stringContaining('has been answered already'),
        ]);
      const { code } = await goOn(browser, isOver ? await open(browser, aRequest()) : again);
      expect([fault, (await office.redeem(String(code))).status]).toEqual([fault, 200]);
      const more = (await listedGrants(office.company)).length - before;
      expect([fault, isOver ? [1, 2] : [1]]).toEqual([fault, expect.arrayContaining([more])]);
    }
  }
}

describe('a fault of AWS', () => {
  verifies(
    'vestibule:sign-in-faults',
    'before the first page costs a person a press at most',
    () => expectOnePress(firstPage),
    120_000,
  );
  verifies(
    'vestibule:sign-in-faults',
    'where a yes is remembered costs a person a press at most',
    () => expectOnePress(rememberedYes),
    120_000,
  );
  verifies(
    'vestibule:sign-in-faults',
    'at the yes costs a person a press at most',
    () => expectOnePress(firstYes),
    120_000,
  );
  verifies(
    'vestibule:sign-in-faults',
    'when another is back costs a person a press at most',
    () => expectOnePress(backAsAnother),
    120_000,
  );
  verifies(
    'vestibule:sign-in-faults',
    'at the yes of somebody who is signed in already costs a person a press at most',
    () => expectOnePress(secondYes),
    120_000,
  );
});

describe('one yes in two requests, of which one meets a store that is down', () => {
  verifies(
    ['vestibule:sign-in-faults', 'vestibule:kept-once-used'],
    'is granted by the other, for as long as the person stands at their provider',
    async () => {
      const { faults } = office.company.run.cloud;
      let stranded = 0;
      for (let round = 0; round < 8 && stranded < 2; round += 1) {
        const browser = createBrowser();
        const page = await secondPage(browser);
        // The one that comes first to the write waits there, until the other has given up.
        faults.add('dynamodb:UpdateItem~Authorization=delay(1800)@1');
        faults.add('dynamodb:UpdateItem~Authorization=down@2-');
        const arrivals = await Promise.all([press(browser, page, 'allow'), press(browser, page, 'allow')]);
        faults.clear();
        const granted = arrivals.find(({ kind }) => kind === 'left');
        const other = arrivals.find((arrival) => arrival.kind === 'page' && arrival.page.status === 503);
        if (granted === undefined || other === undefined) continue;
        stranded += 1;
        const { body } = await office.redeem(toldClient(granted).get('code') ?? '');
        office.company.run.clock.advance(61);
        expect(await office.refresh(body['refresh_token'])).toMatchObject({ status: 200 });
      }
      expect(stranded).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('a function that ends while it waits for AWS', () => {
  verifies(
    'vestibule:sign-in-faults',
    'before the first page, or at the yes, leaves a person who sends the same again where they were',
    async () => {
      for (const step of [firstPage, rememberedYes, firstYes]) await expectReload(step);
    },
    120_000,
  );
  verifies(
    'vestibule:sign-in-faults',
    'when another is back, or says yes, leaves them a way, and no code twice',
    async () => {
      for (const step of [backAsAnother, secondYes]) await expectReload(step);
    },
    120_000,
  );
});
