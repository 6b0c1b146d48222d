import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { after } from '../../../../lambdas/runtime/clock.ts';
import { verifies } from '../../../spec/verifies.ts';
import { hostile } from '../../../property/arbitraries.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';
import { type SealCloud, startSealCloud } from '../../../support/seal-cloud.ts';
import { aDesk, answerTo, callback, page, sentOn } from './a-connecting-person.ts';
import { aConnection, aProvider, bob, carol, now, read, triage } from './mothers.ts';

let tables: TestTables;
let cloud: SealCloud;
beforeAll(async () => {
  [tables, cloud] = await Promise.all([startTables(), startSealCloud()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([tables.stop(), cloud.stop()]);
});

const desk = (provider = aProvider()) => aDesk({ tables, seals: cloud.instance() }, provider);
describe('the return from the third party', () => {
  verifies(
    'rfc6749:4.1.2:connect',
    'connects the account once, and shows the same when it is loaded again',
    async () => {
      const { sessionOf, connections } = desk();
      const alice = await sessionOf();
      const answer = answerTo(await sentOn(alice));
      const seen = await alice.open(answer);
      expect([seen.status, seen.text]).toEqual([200, expect.stringContaining('Tracker <b> is connected')]);
      expect(seen.text).toContain('Triage may Read issues Write issues');
      expect(seen.html).not.toContain('the-code');
      expect(connections.completed).toEqual([
        expect.objectContaining({
          ...{ code: 'the-code', by: 'person.alice', asked: ['issue.read', 'issue.write'] },
          redirectUri: `https://auth.example.com${callback}`,
        }),
      ]);
      connections.kept = [aConnection()];
      expect((await alice.open(answer)).text).toContain('Tracker <b> is connected');
      connections.kept = [];
      const over = await alice.open(answer);
      expect([over.status, over.text]).toEqual([409, expect.stringContaining('not connected')]);
      expect(connections.completed).toHaveLength(1);
    },
  );

  verifies('rfc6749:4.1.2:connect', 'is completed by one of fifty that come at once', async () => {
    const { sessionOf, connections } = desk();
    const alice = await sessionOf();
    const answer = answerTo(await sentOn(alice));
    await Promise.all(Array.from({ length: 50 }, () => alice.open(answer)));
    expect(connections.completed).toHaveLength(1);
  });

  verifies(
    'rfc9700:4.7:connect',
    'spends nothing for a stranger, for another session, or at the callback of another',
    async () => {
      const { sessionOf, stranger, connections } = desk();
      const alice = await sessionOf();
      const sent = await sentOn(alice);
      const answer = answerTo(sent);
      const again = await sessionOf({ person: bob });
      for (const [who, url, status] of [
        [stranger(), answer, 403],
        [await sessionOf(), answer, 403],
        [again, answer, 403],
        [alice, answer.replace('/tracker/', '/other/'), 400],
        [alice, `${callback}?state=nobodys&code=c`, 400],
        [alice, `${answer}&state=x`, 400],
        [alice, answerTo(sent, {}), 502],
        [alice, `${answer}&code=another`, 502],
      ] as const) {
        expect([url, (await who.open(url)).status]).toEqual([url, status]);
      }
      expect(connections.completed).toEqual([]);
      expect((await alice.open(answer)).status).toBe(200);
    },
  );

  verifies('rfc9207:2.4:connect', 'has to say who answers, where the third party does', async () => {
    const { sessionOf, connections } = desk(aProvider({}, { issuer: 'https://tracker.example' }));
    const alice = await sessionOf();
    const sent = await sentOn(alice);
    for (const iss of [{}, { iss: 'https://evil.example' }]) {
      for (const said of [{ code: 'c' }, { error: 'access_denied' }]) {
        const seen = await alice.open(answerTo(sent, { ...said, ...iss }));
        expect([seen.status, seen.text]).toEqual([
          400,
          expect.stringContaining('does not say that it comes from'),
        ]);
      }
    }
    expect(connections.completed).toEqual([]);
    expect((await alice.open(answerTo(sent, { code: 'c', iss: 'https://tracker.example' }))).status).toBe(
      200,
    );
  });

  verifies(
    'rfc6749:4.1.2:connect',
    'says in words what the third party says, and shows nothing that somebody made up',
    async () => {
      const { sessionOf, events } = desk();
      const alice = await sessionOf();
      const sent = await sentOn(alice);
      const denied = await alice.open(
        answerTo(sent, { error: 'access_denied', error_description: 'call 555' }),
      );
      expect([denied.status, denied.text]).toEqual([403, expect.stringContaining('access was denied')]);
      expect(denied.text).not.toContain('555');
      const odd = await alice.open(answerTo(sent, { error: 'call 555 now' }));
      expect([odd.status, odd.text]).toEqual([502, expect.stringContaining('the error unknown_error')]);
      expect(events.slice(1)).toMatchObject([
        { event: 'connection_refused', reason: 'denied', detail: 'access_denied' },
        { event: 'connection_refused', reason: 'denied', detail: 'unknown_error' },
      ]);
    },
  );

  verifies(
    'rfc7636:4.1:connect',
    'is too late after ten minutes, and counts no more once the sessions were ended',
    async () => {
      const { sessionOf, time, persons, connections } = desk();
      const alice = await sessionOf({ person: carol });
      const [late, ended] = [await sentOn(alice), await sentOn(alice)];
      time.now = after(now, 600);
      expect((await alice.open(answerTo(late))).text).toContain('More than ten minutes');
      time.now = after(now, 30);
      await persons.endSessions(carol, {
        at: after(now, 20),
        by: 'idp/company',
        requestId: 'r',
      });
      expect((await alice.open(answerTo(ended))).status).toBe(403);
      expect(connections.completed).toEqual([]);
    },
  );

  it.each([
    [{ kind: 'refused', error: 'bad_verification_code' }, 502, 'did not give what was asked'],
    [{ kind: 'scopes_missing', missing: ['issue.write'] }, 403, 'Missing: issue.write'],
    [{ kind: 'provider_gone' }, 403, 'switched off meanwhile'],
    [{ kind: 'busy' }, 409, 'at the same time'],
  ] as const)('tells why nothing came of it: %o', async (refusal, status, words) => {
    const { sessionOf, connections, events } = desk();
    connections.complete = () => Promise.resolve({ kind: 'not_connected', refusal });
    const alice = await sessionOf();
    const seen = await alice.open(answerTo(await sentOn(alice)));
    expect([seen.status, seen.text]).toEqual([status, expect.stringContaining(words)]);
    expect(seen.html).toContain(`href="${page}"`);
    expect(events.at(-1)).toMatchObject({ event: 'connection_refused', reason: 'not_connected' });
  });

  it('connects nothing that is offered no more', async () => {
    const provider = { ...aProvider() };
    const { sessionOf, connections } = desk(provider);
    const alice = await sessionOf();
    const answer = answerTo(await sentOn(alice));
    Object.assign(provider, { agents: [{ agent: triage, name: 'Triage', scopes: [read] }] });
    expect((await alice.open(answer)).status).toBe(403);
    expect(connections.completed).toEqual([]);
  });
});

describe('whatever a stranger sends', () => {
  const names = fc.constantFrom('state', 'code', 'iss', 'error', 'agent', 'scope', 'group', 'idp', 'token');
  const pairs = fc.array(fc.tuple(fc.oneof(names, hostile), hostile), { maxLength: 6 });
  const paths = fc.oneof(
    fc.constantFrom(page, callback),
    hostile.map((text) => `/connect/${encodeURIComponent(text.toWellFormed())}`),
  );

  it('is answered in words, and never with a failure or a way to somebody else', async () => {
    const { sessionOf, stranger } = desk();
    const people = [await sessionOf(), stranger()];
    const property = fc.asyncProperty(
      fc.constantFrom(...people),
      paths,
      pairs,
      fc.boolean(),
      async (person, path, fields, posts) => {
        const query = new URLSearchParams(fields).toString();
        const seen = await (posts
          ? person.post(path, Object.fromEntries(fields))
          : person.open(`${path}?${query}`));
        expect(seen.status).toBeLessThan(500);
        const hosts = ['auth.example.com', 'company.example.com'];
        if (seen.location !== undefined) expect(hosts).toContain(seen.location.host);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });
});
