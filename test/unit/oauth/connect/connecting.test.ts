import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../../../lambdas/runtime/digest.ts';
import { after } from '../../../../lambdas/runtime/clock.ts';
import { verifies } from '../../../spec/verifies.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';
import { type SealCloud, startSealCloud } from '../../../support/seal-cloud.ts';
import { aDesk, answerTo, callback, page, sentOn, untouched } from './a-connecting-person.ts';
import { aConnection, anIdp, aProvider, nightly, now, read, triage, write } from './mothers.ts';

let tables: TestTables;
let cloud: SealCloud;
beforeAll(async () => {
  [tables, cloud] = await Promise.all([startTables(), startSealCloud()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([tables.stop(), cloud.stop()]);
});

const desk = (provider = aProvider(), idps = [anIdp()]) =>
  aDesk({ tables, seals: cloud.instance() }, provider, idps);
describe('the page on which an account is connected', () => {
  verifies(
    'vestibule:connect-page',
    'says who asks for what at whom, and ticks what is asked and what is let already',
    async () => {
      const { sessionOf, connections } = desk();
      connections.kept = [aConnection()];
      const alice = await sessionOf();
      const asked = await alice.open(`${page}?agent=triage&scope=issues:write+org:admin`);
      for (const words of [
        'Tracker <b>',
        'tracker.example',
        'Alice',
        'Company sign-in',
        'Northwind',
        'Triage may',
      ]) {
        expect(asked.text).toContain(words);
      }
      expect(asked.text).toContain('Write issues Tracker <b> is asked for issue.read issue.write');
      expect(asked.text).toContain('It is connected since 15 January 2027');
      expect(untouched(asked)).toEqual({
        ...{ token: expect.any(String) as string },
        ...{ [`let triage ${write}`]: 'yes', [`let scribe ${read}`]: 'yes' },
      });
      // No agent that acts as itself asks a person for theirs.
      expect(asked.text).not.toContain('Nightly');
      expect(untouched(await alice.open(`${page}?agent=nightly`))).not.toHaveProperty(`let nightly ${read}`);
      expect(asked.headers['content-security-policy']).toContain("form-action 'self' https:;");
    },
  );

  it('is for whoever signed in for it, who comes back to what was asked', async () => {
    const { stranger } = desk();
    const alice = stranger();
    const away = await alice.open(`${page}?agent=triage&scope=issues:read`);
    expect([away.status, away.location?.host]).toEqual([303, 'company.example.com']);
    const state = away.location?.searchParams.get('state') ?? '';
    const back = await alice.open(`/callback/company?state=${state}&code=c`);
    expect(back.location?.href).toBe(`https://auth.example.com${page}?agent=triage&scope=issues%3Aread`);
    const asked = await alice.open(back.location?.href ?? '');
    expect(Object.keys(untouched(asked))).toEqual(['token', `let triage ${read}`]);
    // What the role lets the person connect for their group is known from that sign-in.
    expect((await alice.open(`${page}?group=ops`)).text).toContain(
      'All agents of the group use this account',
    );
  });

  it('asks where the person signs in, and comes back to what was asked from there too', async () => {
    const { stranger } = desk(aProvider(), [anIdp(), anIdp('partners')]);
    const alice = stranger();
    const asked = await alice.open(`${page}?agent=triage&scope=issues:read`);
    expect(asked.text).toContain('Choose where you sign in');
    const away = await alice.post(page, { ...untouched(asked), idp: 'partners' });
    expect([away.status, away.location?.host]).toEqual([303, 'partners.example.com']);
    const state = away.location?.searchParams.get('state') ?? '';
    const back = await alice.open(`/callback/partners?state=${state}&code=c`);
    expect(back.location?.search).toBe('?agent=triage&scope=issues%3Aread');
    // And begins there again where nothing came of it.
    const again = await alice.post(page, { ...untouched(asked), idp: 'partners' });
    const cancelled = `/callback/partners?state=${again.location?.searchParams.get('state') ?? ''}&error=access_denied`;
    expect((await alice.open(cancelled)).html).toContain(
      `href="${page}?agent=triage&amp;scope=issues%3Aread"`,
    );
  });

  it('is not shown to an address of which too much comes', async () => {
    const { sessionOf, time, connections } = desk();
    const alice = await sessionOf();
    const sent = await sentOn(alice);
    time.tooMany = true;
    const fields = { token: 'x' };
    for (const seen of [
      await alice.open(page),
      await alice.post(page, fields),
      await alice.open(answerTo(sent)),
    ]) {
      expect([seen.status, seen.headers['retry-after']]).toEqual([429, '7']);
    }
    expect(connections.completed).toEqual([]);
  });

  it.each([
    ['unknown', aProvider(), '/connect/other', 404],
    ['switched off', aProvider({ state: 'disabled' }), page, 403],
    ['an account of the company', aProvider({ credential: { kind: 'basic' } }), page, 404],
    ['offered to no agent', aProvider({ agents: [] }), page, 404],
    ['of a group that is not theirs', aProvider(), `${page}?group=ops`, 403],
    ['of a group that is none', aProvider(), `${page}?group=none`, 403],
  ])('says so where the third party is %s', async (_, provider, url, status) => {
    const { sessionOf, events } = desk(provider);
    const seen = await (await sessionOf()).open(url);
    expect([seen.status, seen.forms]).toEqual([status, []]);
    expect(events).toMatchObject([{ event: 'connection_refused' }]);
  });

  it('waits while the account before is being disconnected', async () => {
    const { sessionOf, connections } = desk();
    connections.kept = [aConnection({ state: 'disconnecting' })];
    const seen = await (await sessionOf()).open(page);
    expect([seen.status, seen.text]).toEqual([409, expect.stringContaining('still being disconnected')]);
  });
});

describe('a yes', () => {
  verifies(
    'rfc7636:4.1:connect',
    'sends the person on with what it takes, and keeps what they said',
    async () => {
      const { sessionOf, events, transactions } = desk();
      const sent = await sentOn(await sessionOf({ id: 'session' }));
      const asked = Object.fromEntries(sent.searchParams);
      expect(sent.href).toMatch(/^https:\/\/tracker\.example\/authorize\?/);
      expect(asked).toMatchObject({
        ...{ response_type: 'code', client_id: 'our-app', access_type: 'offline' },
        ...{ redirect_uri: `https://auth.example.com${callback}`, scope: 'issue.read issue.write' },
      });
      const kept = await transactions.find(sha256(asked['state'] ?? ''));
      expect(kept).toMatchObject({
        ...{ session: sha256('session'), by: 'person.alice', expiresAt: after(now, 600) },
        ...{ agents: [{ agent: triage, scopes: [read, write] }], asked: ['issue.read', 'issue.write'] },
        holder: { kind: 'person', person: 'person.alice', idp: 'company' },
      });
      // RFC 7636 §4.2
      expect([asked['code_challenge_method'], asked['code_challenge']]).toEqual([
        'S256',
        sha256(kept?.codeVerifier ?? ''),
      ]);
      expect(events).toEqual([
        expect.objectContaining({
          event: 'connection_consented',
          agents: ['triage'],
          personId: 'person.alice',
        }),
      ]);
    },
  );

  verifies('vestibule:connect-page', 'counts for what was offered, and for nothing else', async () => {
    const { sessionOf, events } = desk();
    const alice = await sessionOf();
    const fields = untouched(await alice.open(page));
    for (const field of [
      `let scribe ${write}`,
      `let nightly ${read}`,
      'let nobody x',
      'let group issues:read',
    ]) {
      const seen = await alice.post(page, { ...fields, [field]: 'yes' });
      expect([field, seen.status, seen.location]).toEqual([field, 403, undefined]);
    }
    expect(events.map(({ event }) => event)).toEqual(Array(4).fill('connection_refused'));
  });

  it('to nothing asks again', async () => {
    const { sessionOf } = desk();
    const alice = await sessionOf();
    const seen = await alice.post(page, untouched(await alice.open(page)));
    expect([seen.status, seen.text]).toEqual([200, expect.stringContaining('Tick what you want to allow')]);
  });

  it('is of the person and the session that the page was made for', async () => {
    const { sessionOf, stranger } = desk();
    const [alice, bob] = [await sessionOf(), await sessionOf()];
    const fields = untouched(await alice.open(`${page}?agent=triage`));
    for (const [who, sent] of [
      [bob, fields],
      [stranger(), fields],
      [alice, { ...fields, token: '' }],
    ] as const) {
      const seen = await who.post(page, sent);
      expect([seen.status, seen.text]).toEqual([403, expect.stringContaining('nothing was changed')]);
    }
  });

  it('of a group lets each of its agents what it may be let, by whoever has the role', async () => {
    const { sessionOf, transactions } = desk();
    const lead = await sessionOf({ roles: ['lead', 'gone'] });
    const sent = await sentOn(lead, `${page}?group=ops&agent=nightly&scope=issues:read`);
    const kept = await transactions.find(sha256(sent.searchParams.get('state') ?? ''));
    expect(kept).toMatchObject({
      ...{ holder: { kind: 'group', group: 'ops' }, by: 'person.alice' },
      agents: [{ agent: nightly, scopes: [read] }],
    });
    const fields = untouched(await lead.open(`${page}?group=ops&agent=nightly`));
    expect((await (await sessionOf()).post(page, fields)).status).toBe(403);
  });
});
