import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  dynamoEnrolledDocuments,
  dynamoKeptDocuments,
} from '../../../../lambdas/adapters/dynamodb/kept-documents.ts';
import { digestIn, documentEnrolmentId } from '../../../../lambdas/oauth/enrolment/document-enrolment.ts';
import { type EnrolDocument, enrolDocuments } from '../../../../lambdas/oauth/enrolment/enrol-documents.ts';
import { enrolledAt, providersOf } from '../../../../lambdas/oauth/enrolment/enrolled-at.ts';
import { readClientDocument } from '../../../../lambdas/oauth/registration/client-document.ts';
import type { KeptDocument } from '../../../../lambdas/ports/client-documents.ts';
import { type Enrolling, EnrolmentUnderWay } from '../../../../lambdas/ports/enrolments.ts';
import type { Client } from '../../../../lambdas/ports/registry.ts';
import { after, type Instant, instant } from '../../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../../lambdas/runtime/dependency.ts';
import type { IdpId } from '../../../../lambdas/runtime/identifiers.ts';
import { ok } from '../../../../lambdas/runtime/result.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';

const began = instant(1_800_000_000);
const days = 86_400;
const [one, other] = ['one' as IdpId, 'other' as IdpId];

let tables: TestTables;
beforeAll(async () => {
  tables = await startTables();
}, 60_000);
afterAll(() => tables.stop());

let documents = 0;

/** A document that is kept since then, and instances that enrol its client. */
async function aDocument(acceptedAt: Instant = began) {
  documents += 1;
  const url = `https://app.example.com/${documents}.json`;
  const json = { client_id: url, client_name: 'App', redirect_uris: ['https://app.example.com/cb'] };
  const table = { client: tables.client(), table: tables.registry };
  const [kept, enrolled] = [dynamoKeptDocuments(table), dynamoEnrolledDocuments(table)];
  await kept.keep({ url, json, acceptedAt, freshUntil: after(acceptedAt, 3_600) });
  const client = (trust: 'curated' | 'taken'): Client => {
    const reading = { customRedirectUris: [], acceptedAt: began };
    const read = readClientDocument(url, json, {
      ...reading,
      trust: trust === 'curated' ? { kind: trust, consent: 'asked' } : { kind: trust },
    });
    if (!read.ok) throw new Error(read.refusal.detail);
    return read.value;
  };
  const asked: string[] = [];
  const instance = (
    enrol: () => Promise<unknown> = () => Promise.resolve(),
    idps: readonly IdpId[] = [one],
    pause: () => Promise<void> = () => Promise.resolve(),
  ): EnrolDocument => {
    const enrolling: Pick<Enrolling, 'idps' | 'enrol'> = {
      idps,
      enrol: async (id) => {
        asked.push(id);
        await enrol();
        return ok(undefined);
      },
    };
    return enrolDocuments({ enrolling, kept, pinnedCopies: false, pause });
  };
  const copy = (): Promise<KeptDocument | undefined> => kept.find(url);
  const digest = digestIn(documentEnrolmentId(url)) ?? '';
  return { url, kept, enrolled, client, instance, asked, copy, digest };
}

describe('the client of a metadata document', () => {
  test('is enrolled once, whatever instance it comes to and however old its view is', async () => {
    const { url, client, instance, asked, copy } = await aDocument();
    const stale = await copy();
    const made = await instance()(client('curated'), stale, began);
    expect(enrolledAt(made, { id: one })).toEqual({ enrolled: documentEnrolmentId(url) });
    for (const seen of [stale, undefined, await copy()]) {
      expect(providersOf(await instance()(client('curated'), seen, began))).toEqual([one]);
    }
    expect(asked).toEqual([documentEnrolmentId(url)]);
  });

  test('stays what it is where its host is curated no more, until it is swept', async () => {
    const { client, instance, asked, copy, kept, url } = await aDocument();
    const none: readonly IdpId[] = [];
    expect(providersOf(await instance()(client('taken'), await copy(), began))).toEqual(none);
    await instance()(client('curated'), await copy(), began);
    const from = asked.length;
    expect(providersOf(await instance(undefined, [])(client('taken'), await copy(), began))).toEqual([one]);
    // Its host took it back, and brings it again: as read before that it is gone, and as it is kept by then it is not.
    await kept.markGone(url, began);
    const gone = await copy();
    const json = { client_id: url, client_name: 'App', redirect_uris: ['https://app.example.com/cb'] };
    await kept.keep({ url, json, acceptedAt: after(began, 9), freshUntil: after(began, 99) });
    expect(providersOf(await instance()(client('taken'), gone, after(began, 9)))).toEqual([one]);
    expect(asked).toHaveLength(from);
  });

  test('is enrolled at a provider that was added, and keeps those that it had', async () => {
    const { client, instance, asked, copy } = await aDocument();
    await instance()(client('curated'), await copy(), began);
    const both = await instance(undefined, [other])(client('curated'), await copy(), began);
    expect([providersOf(both), asked.length]).toEqual([[one, other], 2]);
    expect(providersOf(await instance(undefined, [other])(client('curated'), await copy(), began))).toEqual([
      one,
      other,
    ]);
  });

  test('is awaited for a moment by those who come while it is made, and no longer', async () => {
    const { client, instance, copy, kept, url } = await aDocument();
    const underWay = (): Promise<never> =>
      Promise.reject(
        new EnrolmentUnderWay('identity provider one', { cause: 'another', retryAfterSeconds: 90 }),
      );
    const seen = await copy();
    const early = instance(underWay)(client('curated'), seen, began);
    await expect(early).rejects.toMatchObject({ retryAfterSeconds: 5 });
    const made = (): Promise<void> => kept.markEnrolled(url, [one], began).then(() => undefined);
    const waited = await instance(underWay, [one], made)(client('curated'), seen, began);
    expect(providersOf(waited)).toEqual([one]);
  });

  test('is nobody while no provider makes it, which is left alone for half a minute', async () => {
    const { client, instance, asked, copy } = await aDocument();
    let isDown = true;
    const enrol = instance(() =>
      isDown ? Promise.reject(new DependencyUnavailable('one', { cause: 'down' })) : Promise.resolve(),
    );
    const at = async (seconds: number): Promise<unknown> =>
      enrol(client('curated'), await copy(), after(began, seconds)).then(
        providersOf,
        (error: unknown) => error,
      );
    expect(await at(0)).toMatchObject({ dependency: 'one' });
    isDown = false;
    expect(await at(20)).toMatchObject({ dependency: 'one', retryAfterSeconds: 10 });
    expect(asked).toHaveLength(1);
    expect(await at(30)).toEqual([one]);
  });

  test('is either let go by the sweep or accepted anew, never both', async () => {
    const { client, instance, asked, copy, enrolled, kept, url, digest } = await aDocument();
    await instance()(client('curated'), await copy(), began);
    const over = after(began, 9 * days);
    const swept = await enrolled.find(digest);
    const stale = await copy();
    if (swept === undefined || stale === undefined) throw new Error('it is kept');
    // Accepted anew first: nothing is let go, and it stays what it is.
    await kept.keep({ ...stale, acceptedAt: over, freshUntil: after(over, 60) });
    expect(await enrolled.unmark(digest, swept)).toBe(false);
    expect(providersOf(await instance()(client('curated'), stale, over))).toEqual([one]);
    expect(asked).toHaveLength(1);
    // Let go first: it is enrolled again, whatever is read of it.
    const late = after(over, 9 * days);
    const again = await enrolled.find(digest);
    if (again === undefined) throw new Error('it is kept');
    expect(await enrolled.unmark(digest, again)).toBe(true);
    await kept.keep({ url, json: again.json, acceptedAt: late, freshUntil: after(late, 60) });
    expect(providersOf(await instance()(client('curated'), again, late))).toEqual([one]);
    expect(asked).toHaveLength(2);
  });

  test('is not believed to be enrolled by a copy that is to be swept', async () => {
    const { client, instance, asked, copy } = await aDocument();
    await instance()(client('curated'), await copy(), began);
    const over = after(began, 9 * days);
    // Nobody could fetch it anew: what notes that it is enrolled again keeps it too.
    expect(providersOf(await instance()(client('curated'), await copy(), over))).toEqual([one]);
    expect(asked).toHaveLength(2);
    expect((await copy())?.keptUntil).toBe(after(over, 8 * days));
  });
});
