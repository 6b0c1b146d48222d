import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { accountsAtRest, connectionIn } from '../support/connected-accounts.ts';
import { pageOf } from '../support/people.ts';
import { connectedAt, faultsOfAsking, upToReturn } from '../support/returning.ts';
import { callsDuring } from '../support/struck-calls.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { isTriedLater, trackerCallsAt } from '../support/third-party-calls.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile((config) => {
  const { egress, ...others } = withTracker(config);
  return { ...others, egress: { providers: egress?.providers ?? [], vault: 'secrets-manager' } };
});
const agents = trackerAgentsAt(company);
const { exchanged, written } = trackerCallsAt(company);

describe('an AWS that fails, where what calls bear is kept in secrets', () => {
  verifies(
    'vestibule:egress-faults',
    'when a person is back from a third party costs them one try, and leaves one account that works',
    async () => {
      const browser = createBrowser();
      await connectedAt(company, browser);
      const planner = await agents.agent();
      const there = planner.onBehalfOf(await agents.tokenOf('alice')).thirdParty('tracker', {
        scope: 'issues:read',
      });
      const back = await upToReturn(company, browser);
      company.run.clock.advance(5);
      const calls = await callsDuring(company, ['Connections'], () => browser.open(back));
      const ofSecrets = calls.filter(({ target }) => target.startsWith('secretsmanager'));
      expect(ofSecrets.map(({ target }) => target)).toContain('secretsmanager:CreateSecret~Connections');
      for (const fault of ofSecrets.flatMap(faultsOfAsking)) {
        const returning = await upToReturn(company, browser);
        company.run.clock.advance(5);
        strike(company, fault);
        const { status, text } = pageOf(await browser.open(returning));
        mend(company);
        expect([fault, [200, 503].includes(status), text]).toEqual([fault, true, text]);
        if (status !== 200) await connectedAt(company, browser);
        const accounts = (await accountsAtRest(company)).map(connectionIn);
        expect([fault, accounts.map(({ state }) => state)]).toEqual([fault, ['active']]);
        expect([fault, (await there.fetch(issues)).status]).toEqual([fault, 200]);
      }
      await agents.disconnects(browser);
    },
    240_000,
  );

  verifies('vestibule:egress-faults', 'while an agent calls has it wait, and call again', async () => {
    const browser = createBrowser();
    await agents.connects(browser, `${company.issuer}/connect/tracker?agent=planner`);
    const token = String((await exchanged(await agents.tokenOf('alice'))).body['access_token']);
    for (const kind of ['throttle@*', 'down@*', 'timeout@1-3']) {
      strike(company, `secretsmanager:GetSecretValue~Egress=${kind}`);
      const called = await written(token, kind);
      mend(company);
      expect([kind, isTriedLater(called), called.text]).toEqual([kind, true, called.text]);
      expect([kind, (await written(token, kind)).status]).toEqual([kind, 201]);
    }
    await agents.disconnects(browser);
  });
});
