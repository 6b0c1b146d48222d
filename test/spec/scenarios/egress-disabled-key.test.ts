import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import { accountsAtRest, askConnections, connectionIn } from '../support/connected-accounts.ts';
import { isTriedLater, trackerCallsAt } from '../support/third-party-calls.ts';
import { trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { officeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
const { exchanged, written } = trackerCallsAt(company);

/** What an operator does to the key under which accounts are kept. */
async function onDataKey(commandOf: (keyId: string) => DisableKeyCommand | EnableKeyCommand): Promise<void> {
  const { resources, cloud, clock } = company.run;
  const key = resources.find(({ logicalId }) => logicalId.startsWith('VestibuleDataKey'));
  const client = new KMSClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator },
    systemClockOffset: clock.now() - Date.now(),
  });
  await client.send(commandOf(key?.physicalId ?? ''));
  client.destroy();
}

describe('a deployment', () => {
  verifies(
    ['vestibule:egress-faults', 'vestibule:renewal-answer-lost'],
    'where the key of what is kept is disabled uses no account and loses none',
    async () => {
      const browser = createBrowser();
      await agents.connects(browser, `${company.issuer}/connect/tracker?agent=planner`);
      const sent = await agents.tokenOf('alice');
      const token = String((await exchanged(sent)).body['access_token']);
      await onDataKey((KeyId) => new DisableKeyCommand({ KeyId }));
      const called = await written(token, 'locked');
      expect([isTriedLater(called), called.text]).toEqual([true, called.text]);
      company.run.clock.advance(601);
      await askConnections(company, { ask: 'sweep' });
      const later = await written(String((await exchanged(sent)).body['access_token']), 'locked');
      expect([isTriedLater(later), later.text]).toEqual([true, later.text]);
      await onDataKey((KeyId) => new EnableKeyCommand({ KeyId }));
      company.run.clock.advance(5);
      expect((await accountsAtRest(company)).map((item) => connectionIn(item).state)).toEqual(['active']);
      const again = await written(String((await exchanged(sent)).body['access_token']), 'open again');
      expect([again.status, again.text]).toEqual([201, again.text]);
      await agents.disconnects(browser);
    },
    60_000,
  );
});
