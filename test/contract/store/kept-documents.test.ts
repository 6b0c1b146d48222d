import { BatchGetItemCommand, DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeKeptDocument,
  dynamoKeptDocuments,
} from '../../../lambdas/adapters/dynamodb/kept-documents.ts';
import { keyOf } from '../../../lambdas/adapters/dynamodb/keys.ts';
import type { KeptDocument } from '../../../lambdas/ports/client-documents.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';
import { fresh } from './mothers.ts';

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const start = instant(1_800_000_000);
const days = 86_400;
const a = (url: string, acceptedAt = start): KeptDocument => ({
  url,
  json: { client_id: url, accepted: acceptedAt },
  acceptedAt,
  freshUntil: after(acceptedAt, 3_600),
});
const newUrl = (): string => `https://${fresh('host')}.example.com/client.json`;

function aStore() {
  const client = tables.client();
  const key = (url: string) => ({ pk: { S: keyOf.clientDocument(url) } });
  return {
    documents: dynamoKeptDocuments({ client, table: tables.registry }),
    /** What is kept of it, and until when. */
    find: async (url: string) => {
      const read = { [tables.registry]: { Keys: [key(url)], ConsistentRead: true } };
      const { Responses = {} } = await client.send(new BatchGetItemCommand({ RequestItems: read }));
      const [item] = Responses[tables.registry] ?? [];
      if (item === undefined) return undefined;
      const { keptUntil: until, ...document } = decodeKeptDocument(item);
      return { document, until };
    },
    sweep: (url: string) => client.send(new DeleteItemCommand({ TableName: tables.registry, Key: key(url) })),
  };
}

describe('a metadata document that was accepted', () => {
  it('is kept for eight days while nobody uses it, and from each time that it is accepted', async () => {
    const { documents, find } = aStore();
    const url = newUrl();
    await documents.keep(a(url));
    expect(await find(url)).toEqual({ document: a(url), until: after(start, 8 * days) });
    const next = a(url, after(start, 5 * days));
    await documents.keep(next);
    expect(await find(url)).toEqual({ document: next, until: after(start, 13 * days) });
  });

  it('is kept for 400 days from its last use, however often a stranger has it fetched', async () => {
    const { documents, find } = aStore();
    const url = newUrl();
    await documents.keep(a(url));
    await documents.markUsed(url, start);
    await documents.keep(a(url, after(start, days)));
    expect(await find(url)).toEqual({
      document: a(url, after(start, days)),
      until: after(start, 400 * days),
    });
    await documents.markUsed(url, after(start, 10 * days));
    expect((await find(url))?.until).toBe(after(start, 410 * days));
    await documents.markUsed(url, start);
    expect((await find(url))?.until).toBe(after(start, 410 * days));
    await documents.keep(a(url, after(start, 409 * days)));
    expect((await find(url))?.until).toBe(after(start, 417 * days));
  });

  it('is used and accepted at once without either being lost', async () => {
    const { documents, find } = aStore();
    const url = newUrl();
    await documents.keep(a(url));
    const fetches = Array.from({ length: 20 }, (_, second) => documents.keep(a(url, after(start, second))));
    await Promise.all([...fetches, documents.markUsed(url, start)]);
    expect(await find(url)).toEqual({ document: a(url, after(start, 19)), until: after(start, 400 * days) });
  });

  it('is made by nobody who uses it once it is swept', async () => {
    const { documents, find, sweep } = aStore();
    const url = newUrl();
    await documents.keep(a(url));
    await sweep(url);
    await documents.markUsed(url, start);
    await documents.markGone(url, start);
    expect(await find(url)).toBeUndefined();
  });

  it('stays in place of one accepted earlier, and bears the mark of its host until it is accepted anew', async () => {
    const { documents, find } = aStore();
    const url = newUrl();
    await documents.keep(a(url, after(start, 10)));
    await documents.keep(a(url));
    await documents.markGone(url, after(start, 9));
    expect((await find(url))?.document).toEqual(a(url, after(start, 10)));
    await documents.markGone(url, after(start, 11));
    await documents.markUsed(url, after(start, 11));
    expect((await find(url))?.document.goneAt).toBe(after(start, 11));
    await documents.keep(a(url, after(start, 12)));
    expect((await find(url))?.document).toEqual(a(url, after(start, 12)));
  });
});
