import { describe, expect } from 'vitest';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import { accountsAtRest, connectionIn } from '../support/connected-accounts.ts';
import { drive } from '../support/driver.ts';
import { pageOf } from '../support/people.ts';
import { connectedAt, faultsOfAsking as faultsOf, upToReturn as upToReturnOf } from '../support/returning.ts';
import { callsDuring } from '../support/struck-calls.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { isTriedLater, trackerCallsAt } from '../support/third-party-calls.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
const { exchanged, written } = trackerCallsAt(company);

const upToReturn = (browser: Browser) => upToReturnOf(company, browser);
const connected = (browser: Browser) => connectedAt(company, browser);

/** What is read of the registry is kept for five seconds; a sign-in takes no more than ten minutes of a run. */
function forget(fault: string): void {
  if (fault.startsWith('dynamodb:BatchGetItem')) company.run.clock.advance(5);
}

describe('an AWS that fails', () => {
  verifies(
    ['vestibule:egress-faults', 'rfc6749:4.1.2:connect'],
    'when a person is back from a third party costs them one try, and leaves one account',
    async () => {
      const browser = createBrowser();
      await connected(browser);
      const back = await upToReturn(browser);
      company.run.clock.advance(5);
      const calls = await callsDuring(company, ['Authorization', 'Connections'], () => browser.open(back));
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['lambda:Invoke~Authorization', 'kms:GenerateDataKey~Connections']),
      );
      for (const fault of calls.flatMap(faultsOf)) {
        const returning = await upToReturn(browser);
        forget(fault);
        strike(company, fault);
        const { status, text } = pageOf(await browser.open(returning));
        mend(company);
        expect([fault, [200, 503].includes(status), text]).toEqual([fault, true, text]);
        if (status !== 200) await connected(browser);
        const accounts = (await accountsAtRest(company)).map(connectionIn);
        expect([fault, accounts.map(({ state }) => state)]).toEqual([fault, ['active']]);
      }
      await agents.disconnects(browser);
    },
    300_000,
  );

  verifies(
    ['vestibule:egress-faults', 'vestibule:egress-token'],
    'while an agent asks for a token of an account costs a request',
    async () => {
      const browser = createBrowser();
      await agents.connects(browser, `${company.issuer}/connect/tracker?agent=planner`);
      let token = await agents.tokenOf('alice');
      await exchanged(token);
      company.run.clock.advance(5);
      const calls = await callsDuring(company, ['Token', 'Connections'], () => exchanged(token));
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['lambda:Invoke~Token', 'dynamodb:GetItem~Connections', 'kms:Sign~Token']),
      );
      for (const fault of calls.flatMap(faultsOf)) {
        forget(fault);
        strike(company, fault);
        const asked = await exchanged(token);
        mend(company);
        if (!isTriedLater(asked)) expect([fault, asked.status, asked.text]).toEqual([fault, 200, asked.text]);
      }
      token = await agents.tokenOf('alice');
      expect((await exchanged(token)).status).toBe(200);
      await agents.disconnects(browser);
    },
    300_000,
  );

  verifies(
    ['vestibule:egress-faults', 'vestibule:egress-retries'],
    'while an agent calls a third party costs a call, and none happens twice',
    async () => {
      const browser = createBrowser();
      await agents.connects(browser, `${company.issuer}/connect/tracker?agent=planner`);
      const sent = await agents.tokenOf('alice');
      const forCall = async () => String((await exchanged(sent)).body['access_token']);
      const first = await forCall();
      await written(first, 'to begin with');
      company.run.clock.advance(5);
      const calls = await callsDuring(company, ['Egress', 'Connections'], () => written(first, 'counted'));
      expect(calls.map(({ target }) => target)).toEqual(
        expect.arrayContaining(['dynamodb:GetItem~Egress', 'kms:Decrypt~Egress']),
      );
      for (const fault of calls.flatMap(faultsOf)) {
        const token = await forCall();
        forget(fault);
        strike(company, fault);
        const called = await written(token, fault);
        mend(company);
        const isLater = isTriedLater(called);
        if (!isLater) expect([fault, called.status, called.text]).toEqual([fault, 201, called.text]);
        const list = await drive(company).get(`/egress/tracker${issues}`, {
          authorization: `Bearer ${token}`,
        });
        expect(list.status).toBe(200);
        expect([fault, list.text.split(`"${fault}"`).length - 1]).toEqual([fault, isLater ? 0 : 1]);
      }
      await agents.disconnects(browser);
    },
    300_000,
  );
});
