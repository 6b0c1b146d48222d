import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { accountsAtRest, askConnections, connectionIn } from '../support/connected-accounts.ts';
import { startOffice } from '../support/people.ts';
import { forThisFile } from '../support/this-file.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const minute = 60;
const [ahead, behind] = [2 * minute, -2 * minute];
const minutes = 25;

const company = forThisFile(() =>
  startOffice(withTracker, {
    clocksAhead: {
      Token: [ahead, behind],
      Egress: [behind, ahead],
      Connections: [ahead, behind],
      Authorization: [behind],
    },
  }),
);
const agents = trackerAgentsAt(company);

describe('an account at a third party, at instances whose clocks are two minutes ahead or behind', () => {
  verifies(
    ['vestibule:egress-token', 'vestibule:connection-single-flight'],
    'is connected, called with and renewed, and lost by nobody',
    async () => {
      // The first key of a deployment signs when every clock has come to when it was made.
      company.run.clock.advance(5 * minute);
      await company.run.settle();
      const browser = createBrowser();
      const page = `${company.issuer}/connect/tracker?agent=analyst&group=data`;
      expect((await agents.connects(browser, page)).text).toContain('Demo tracker is connected');
      const there = (await agents.agent('analyst')).thirdParty('tracker');
      const wrong: string[] = [];
      for (let passed = 0; passed < minutes; passed += 1) {
        company.run.clock.advance(minute);
        await askConnections(company, { ask: 'sweep' });
        const answers = await Promise.all([there.fetch(issues), there.fetch(issues), there.fetch(issues)]);
        for (const each of answers) if (each.status !== 200) wrong.push(`${passed}: ${await each.text()}`);
      }
      expect(wrong).toEqual([]);
      const [account, ...others] = (await accountsAtRest(company)).map(connectionIn);
      expect([account?.state, others]).toEqual(['active', []]);
      // What the tracker gives is good for ten minutes, and good once for more.
      expect(account?.version).toBeGreaterThan(2);
      expect(account?.version).toBeLessThan(2 + minutes / 3);
      await agents.disconnects(browser);
    },
    240_000,
  );
});
