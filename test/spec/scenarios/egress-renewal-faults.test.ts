import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { isTriedLater, trackerCallsAt } from '../support/third-party-calls.ts';
import { trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
const { exchanged, written } = trackerCallsAt(company);

describe('an AWS that fails', () => {
  verifies(
    ['vestibule:egress-faults', 'vestibule:renewal-answer-lost'],
    'while what calls bear has to be renewed has them wait, and they go on once it is up',
    async () => {
      const browser = createBrowser();
      await agents.connects(browser, `${company.issuer}/connect/tracker?agent=planner`);
      const sent = await agents.tokenOf('alice');
      // What the tracker gave is good for ten minutes.
      company.run.clock.advance(601);
      const token = String((await exchanged(sent)).body['access_token']);
      for (const fault of [
        'lambda:Invoke~Egress=down@*',
        'secretsmanager:GetSecretValue~Connections=down@*',
      ]) {
        strike(company, fault);
        const called = await written(token, fault);
        mend(company);
        expect([fault, isTriedLater(called), called.text]).toEqual([fault, true, called.text]);
        company.run.clock.advance(5);
      }
      expect((await written(token, 'at last')).status).toBe(201);
      await agents.disconnects(browser);
    },
    60_000,
  );
});
