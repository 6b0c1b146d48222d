import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { federationSecret } from '../../../local/demo/federation-secret.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { freePortBlock } from '../../support/free-ports.ts';
import type { Page } from '../../support/html-page.ts';
import { type PlayedIdp, playIdp } from '../../support/played-idp.ts';
import { type Driver, drive } from '../support/driver.ts';
import {
  answerTo,
  eventsSince,
  hosted,
  leaveProvider,
  pageOf,
  press,
  requestOf,
  signIn,
  startOffice,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

let company: Company;
let client: Driver;
let partner: PlayedIdp;

beforeAll(async () => {
  let secret = '';
  partner = await playIdp({ port: await freePortBlock(), secret: () => secret });
  company = await startOffice((config) => ({
    ...config,
    registration: { mode: 'open' },
    identityProviders: [
      ...(config.identityProviders ?? []),
      {
        ...{ id: 'partner', name: 'Partner', issuer: partner.issuer, clientId: 'vestibule' },
        ...{ domains: ['partner.example.com'], resources: ['analyst-agent'] },
      },
    ],
  }));
  secret = await federationSecret(company.run, 'partner');
  client = drive(company);
}, 120_000);

afterAll(async () => {
  await company.stop();
  await partner.stop();
});

const open = (url: URL, browser: Browser) => browser.open(url, new URL(hosted));

/** Writes into the registry what no request can. */
async function plant(clientId: string, consent: 'asked' | 'implied'): Promise<void> {
  const { operator, endpoint } = company.run.cloud;
  const table = company.run.resources.find(({ logicalId }) => logicalId.includes('RegistryTable'));
  const dynamo = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials: operator });
  await dynamo.send(
    new UpdateItemCommand({
      TableName: table?.physicalId,
      Key: { pk: { S: `client#${clientId}` } },
      UpdateExpression: 'SET consent = :consent',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':consent': { S: consent } },
    }),
  );
  dynamo.destroy();
  client.letCachesExpire();
}

describe('a consent that the config gives', () => {
  verifies(
    'vestibule:consent-implied',
    'is none for a client that registered itself, whatever is said of it',
    async () => {
      const { body } = await registering(client).register({
        ...{ client_name: 'Bold', redirect_uris: [hosted], consent: 'implied' },
        token_endpoint_auth_method: 'none',
      });
      const id = String(body['client_id']);
      await plant(id, 'implied');
      const page = pageOf(await answerTo(requestOf(company, { client_id: id })));
      expect(page.text).toContain('If you allow it');
    },
  );

  verifies(
    'vestibule:consent-implied',
    'is none any more once it is taken back, though the person is on the way',
    async () => {
      const browser = createBrowser();
      const callback = await upToCallback(browser, requestOf(company, { client_id: 'house' }));
      await plant('house', 'asked');
      const page = pageOf(await open(callback, browser));
      expect(page.text).toContain('If you allow it');
      expect(toldClient(await press(browser, page, 'allow')).has('code')).toBe(true);
      await plant('house', 'implied');
    },
  );
});

describe('a second identity provider', () => {
  verifies(
    ['vestibule:persons', 'vestibule:mix-up'],
    'that asserts the subject and the e-mail of a person of the first one signs in somebody else',
    async () => {
      const resource = company.mcpUrl.replace('/mcp', '/agents/analyst');
      const at = (login_hint: string): URL => requestOf(company, { resource, scope: 'ask', login_hint });
      const browser = createBrowser();
      const from = company.log.length;
      expect((await signIn(at('alice@example.com'), { browser })).has('code')).toBe(true);
      const email = 'alice@example.com';
      partner.play({ person: { sub: 'alice', name: 'Alice', email, email_verified: true } });
      const asked = pageOf(await open(at('alice@partner.example.com'), browser));
      expect(asked.text).toContain('you sign in with Partner');
      expect(toldClient(await press(browser, asked, 'allow')).has('code')).toBe(true);
      const granted = eventsSince(company, from).filter(({ event }) => event === 'authorization_granted');
      expect(granted.map(({ idp, consent }) => [idp, consent])).toEqual([
        ['demo', 'asked'],
        ['partner', 'asked'],
      ]);
      const [here, there] = granted.map(({ personId }) => personId);
      expect(there).not.toBe(here);
    },
  );
});

describe('the answer of somebody who is signed in already', () => {
  /** The page that asks bob, who came back in alice's place. */
  async function heldPage(
    meanwhile: () => void = () => undefined,
    clientId = 'desk',
  ): Promise<{ readonly browser: Browser; readonly page: Page }> {
    const browser = createBrowser();
    const url = requestOf(company, { client_id: clientId });
    await signIn(url, { browser });
    leaveProvider(browser);
    const callback = await upToCallback(browser, url, 'bob');
    meanwhile();
    const page = pageOf(await open(callback, browser));
    expect(page.text).toContain('You are signed in as bob@example.com');
    return { browser, page };
  }

  verifies('UI-5', 'is nothing once the sign-in is over, whatever it says', async () => {
    const { browser, page } = await heldPage();
    expect(toldClient(await press(browser, page, 'allow')).has('code')).toBe(true);
    for (const decision of ['allow', 'deny', '', 'perhaps']) {
      const [form] = page.forms;
      const over = pageOf(await browser.press(page, form!, undefined, { fields: { decision } }));
      expect([decision, over.text]).toEqual([decision, expect.stringContaining('has been answered already')]);
    }
  });

  verifies('vestibule:consent-bound', 'is none to a client that is another one by now', async () => {
    const moving = { client_name: 'Moving', token_endpoint_auth_method: 'none' };
    await client.register('clients', { client_id: 'moving', ...moving, redirect_uris: [hosted] });
    const { browser, page } = await heldPage(undefined, 'moving');
    const redirects = [hosted, 'https://elsewhere.example.com/callback'];
    const moved = await client.admin('PUT', 'clients/moving', { ...moving, redirect_uris: redirects });
    expect(moved.status).toBe(200);
    client.letCachesExpire();
    const again = pageOf(await press(browser, page, 'allow'));
    expect(again.text).toContain('You are signed in as bob@example.com');
    expect(toldClient(await press(browser, again, 'allow')).has('code')).toBe(true);
  });

  verifies('vestibule:consent-bound', 'is nothing where their provider was switched off', async () => {
    const { browser, page } = await heldPage();
    expect((await client.admin('POST', 'idps/demo/disable')).status).toBe(200);
    client.letCachesExpire();
    expect(pageOf(await press(browser, page, 'allow')).text).toContain('switched the identity provider off');
    expect((await client.admin('POST', 'idps/demo/enable')).status).toBe(200);
    client.letCachesExpire();
    expect(toldClient(await press(browser, page, 'allow')).has('code')).toBe(true);
  });

  // Last: the clock of the deployment leaves that of the identity provider behind.
  verifies(
    'UI-5',
    'is too late ten minutes after the sign-in began, though the page is younger',
    async () => {
      const { browser, page } = await heldPage(() => {
        company.run.clock.advance(200);
      });
      company.run.clock.advance(401);
      expect(pageOf(await press(browser, page, 'allow')).text).toContain('took too long');
    },
  );
});
