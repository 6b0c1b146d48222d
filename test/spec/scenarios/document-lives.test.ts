import { DeleteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { type DocumentHost, startDocumentHost } from '../support/document-host.ts';
import { type Driver, drive } from '../support/driver.ts';
import { answerTo, hosted, pageOf, requestOf, signIn, startOffice, toldClient } from '../support/people.ts';
import { verifies } from '../verifies.ts';

let company: Company;
let client: Driver;
let host: DocumentHost;

beforeAll(async () => {
  host = await startDocumentHost();
  company = await startOffice();
  client = drive(company);
}, 120_000);
afterAll(async () => {
  await company.stop();
  host.stop();
});

const days = 86_400;
const isAsked = /If you allow it/;

/** The client whose document is at that path. */
function serve(path: string, change: object = {}): string {
  const url = `${host.origin}${path}`;
  const body = { client_id: url, client_name: 'Paper', redirect_uris: [hosted], ...change };
  host.served.set(path, { body, caching: 'no-store' });
  return url;
}

async function inRegistry<Value>(
  use: (dynamo: DynamoDBClient, table: string) => Promise<Value>,
): Promise<Value> {
  const { resources, cloud } = company.run;
  const table = resources.find(({ logicalId }) => logicalId.includes('RegistryTable'))?.physicalId ?? '';
  const dynamo = new DynamoDBClient({
    ...{ endpoint: cloud.endpoint, region: 'us-east-1', credentials: cloud.operator },
  });
  try {
    return await use(dynamo, table);
  } finally {
    dynamo.destroy();
  }
}

const copyOf = (url: string) =>
  inRegistry(async (dynamo, table) => {
    const { Items = [] } = await dynamo.send(new ScanCommand({ TableName: table }));
    return Items.find((item) => item['url']?.S === url);
  });

/** A document that its host lets nobody keep is asked for again after five minutes. */
function staleNow(): void {
  company.run.clock.advance(300);
}

/** For how many days it is kept yet. */
async function daysKept(url: string): Promise<number> {
  const now = company.run.clock.now() / 1_000;
  return Math.round((Number((await copyOf(url))?.['ttl']?.N) - now) / days);
}

/** What the sweep of the table does in its own time. */
const sweep = (url: string) =>
  inRegistry(async (dynamo, TableName) => {
    const { pk } = (await copyOf(url)) ?? {};
    await dynamo.send(new DeleteItemCommand({ TableName, Key: { pk: pk! } }));
    client.letCachesExpire();
  });

async function shown(url: string, browser = createBrowser()) {
  client.letCachesExpire();
  return answerTo(requestOf(company, { client_id: url }), browser);
}

describe('a metadata document', () => {
  verifies('vestibule:documents-live-by-use', 'is not used by whoever says no', async () => {
    const url = serve('/refused');
    const denied = await signIn(requestOf(company, { client_id: url }), { decision: 'deny' });
    expect(denied.get('error')).toBe('access_denied');
    expect(await daysKept(url)).toBe(8);
  });

  verifies(
    'vestibule:documents-live-by-use',
    'is kept for days while people only look, and for good from each sign-in on',
    async () => {
      const url = serve('/used');
      expect(pageOf(await shown(url)).text).toMatch(isAsked);
      expect(await daysKept(url)).toBe(8);
      expect((await signIn(requestOf(company, { client_id: url }))).get('code')).toBeTruthy();
      expect(await daysKept(url)).toBe(400);
      const before = await copyOf(url);
      client.letCachesExpire();
      expect((await signIn(requestOf(company, { client_id: url }))).get('code')).toBeTruthy();
      const [first, second] = [before, await copyOf(url)].map((copy) => Number(copy?.['ttl']?.N));
      expect(second).toBeGreaterThan(first ?? Infinity);
      staleNow();
      // A stranger has it fetched anew, and it is kept no shorter.
      const [fetched, used] = [host.asked.length, await copyOf(url)];
      expect(pageOf(await shown(url)).text).toMatch(isAsked);
      expect(host.asked).toHaveLength(fetched + 1);
      const after = await copyOf(url);
      expect(after?.['accepted_at']).not.toEqual(used?.['accepted_at']);
      expect(after?.['ttl']).toEqual(used?.['ttl']);
    },
  );

  verifies(
    'vestibule:documents-live-by-use',
    'is remembered by what people said yes to, though its copy is swept',
    async () => {
      const [url, browser] = [serve('/swept'), createBrowser()];
      await signIn(requestOf(company, { client_id: url }), { browser });
      await sweep(url);
      staleNow();
      // Nobody is asked: it is fetched anew, and is what they said yes to.
      expect(toldClient(await shown(url, browser)).get('code')).toBeTruthy();
      expect(await daysKept(url)).toBe(400);
      await sweep(url);
      staleNow();
      serve('/swept', { redirect_uris: [hosted, 'https://elsewhere.example.com/cb'] });
      expect(pageOf(await shown(url, browser)).text).toMatch(isAsked);
    },
  );
});
