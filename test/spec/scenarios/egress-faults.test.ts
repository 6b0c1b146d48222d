import { DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { describe, expect } from 'vitest';
import { type Arrival, type Browser, createBrowser } from '../../support/browser-player.ts';
import { accountsAtRest, askConnections, connectionIn } from '../support/connected-accounts.ts';
import { type Answer, answer, drive } from '../support/driver.ts';
import { pageOf, press } from '../support/people.ts';
import { callsDuring, faultsAt, type StruckCall } from '../support/struck-calls.ts';
import { mend, officeForThisFile, strike } from '../support/this-file.ts';
import { issues, trackerAgentsAt, withTracker } from '../support/third-party-people.ts';
import { verifies } from '../verifies.ts';

const company = officeForThisFile(withTracker);
const agents = trackerAgentsAt(company);
const tracker = () => `${company.issuer}/egress/tracker`;
const type = 'urn:ietf:params:oauth:token-type';

/** What strikes a call, and the end of the function that others ask, wherever it is. */
function faultsOf(call: StruckCall): readonly string[] {
  const ends = call.target.endsWith('~Connections') ? [`${call.target}=crash@1`] : [];
  return [...faultsAt(call), ...ends];
}

/** Says yes, approves it at the tracker where that asks, and stops there: the address of the return, not opened yet. */
async function upToReturn(browser: Browser): Promise<URL> {
  const client = new URL('/connect/tracker/callback', company.issuer);
  const first = pageOf(
    await browser.open(new URL('/connect/tracker?agent=planner&scope=issues:read', company.issuer)),
  );
  let arrival: Arrival =
    first.url.origin === company.issuer
      ? { kind: 'page', page: first }
      : await press(browser, first, 'alice');
  while (arrival.kind === 'page') {
    const { page } = arrival;
    const [form] = page.forms;
    const button = form?.buttons.find(({ label }) => /^(?:Connect|Approve as)/.test(label));
    if (form === undefined || button === undefined) throw new Error(`no way on: ${page.text.slice(0, 300)}`);
    arrival = await browser.press(page, form, button, { client });
  }
  return arrival.url;
}

async function connected(browser: Browser): Promise<void> {
  const done = pageOf(await browser.open(await upToReturn(browser)));
  expect(done.text).toContain('Demo tracker is connected');
}

/** 503 says when to come again, and nothing else went wrong. */
function isTriedLater({ status, body, headers, text }: Answer): boolean {
  if (status !== 503) return false;
  expect([body['error'], headers.get('retry-after'), text]).toEqual([
    'temporarily_unavailable',
    expect.stringMatching(/^\d+$/),
    text,
  ]);
  return true;
}

/** A token for the tracker, in the name of whoever sent that one. */
async function exchanged(token: string): Promise<Answer> {
  return drive(company).token(
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      ...{ subject_token: token, subject_token_type: `${type}:access_token`, resource: tracker() },
    },
    await agents.basicOf(),
  );
}

async function written(token: string, title: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ title });
  return answer(await fetch(`${tracker()}${issues}`, { method: 'POST', headers, body }));
}

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
        company.run.clock.advance(5);
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
        company.run.clock.advance(5);
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
        company.run.clock.advance(5);
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
