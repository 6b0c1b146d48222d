import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DependencyUnavailable } from '../../../../lambdas/runtime/dependency.ts';
import type { ConnectionId } from '../../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../../spec/verifies.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';
import { type SealCloud, startSealCloud } from '../../../support/seal-cloud.ts';
import { aDesk } from './a-connecting-person.ts';
import { aConnection, aProvider, read, scribe } from './mothers.ts';

let tables: TestTables;
let cloud: SealCloud;
beforeAll(async () => {
  [tables, cloud] = await Promise.all([startTables(), startSealCloud()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([tables.stop(), cloud.stop()]);
});

const desk = (provider = aProvider()) => aDesk({ tables, seals: cloud.instance() }, provider);

describe('connected accounts on the account page', () => {
  verifies('vestibule:connected-accounts', 'are listed with what they let, and disconnected', async () => {
    const { sessionOf, connections } = desk();
    const alice = await sessionOf();
    expect((await alice.open('/account')).html).toContain('href="/connect/tracker"');
    connections.kept = [aConnection({ agents: [{ agent: scribe, scopes: [read] }] })];
    const listed = await alice.open('/account');
    expect(listed.text).toContain('Connected Scribe may Read issues');
    expect(listed.html).toMatch(/href="\/connect\/tracker"[^>]*>Change</);
    const form = listed.forms.find(({ buttons }) => buttons.some(({ name }) => name === 'disconnect'));
    const [button] = form?.buttons ?? [];
    const done = await alice.post('/account', {
      ...Object.fromEntries(form?.fields ?? []),
      disconnect: button?.value ?? '',
    });
    expect(connections.disconnected).toEqual([aConnection().connection]);
    expect(done.text).toContain('Tracker <b> is disconnected: what it gave is revoked there.');
  });

  verifies(
    'vestibule:connected-accounts',
    'are of the person: nothing else is disconnected, and nothing by the form of another',
    async () => {
      const { sessionOf, connections } = desk();
      connections.kept = [aConnection()];
      const [alice, other] = [await sessionOf(), await sessionOf()];
      const fields = Object.fromEntries((await alice.open('/account')).forms[0]?.fields ?? []);
      expect((await alice.post('/account', { ...fields, disconnect: 'x'.repeat(22) })).status).toBe(200);
      expect((await other.post('/account', { ...fields, disconnect: aConnection().connection })).status).toBe(
        403,
      );
      expect(connections.disconnected).toEqual([]);
    },
  );

  it.each([
    [{ revoked: true, left: [] }, 'what it gave is revoked there.'],
    [{ revoked: false, left: [aConnection({ state: 'disconnecting' })] }, 'is being revoked there.'],
    [{ revoked: false, left: [] }, 'nobody could make sure that it is revoked there'],
    [
      { revoked: true, removeAt: 'https://tracker.example/apps', left: [] },
      'at https://tracker.example/apps.',
    ],
  ] as const)('are told to be revoked where that is so: %o', async (disconnect, words) => {
    const { sessionOf, connections } = desk();
    const alice = await sessionOf();
    connections.kept = [aConnection()];
    connections.disconnect = disconnect;
    const fields = Object.fromEntries((await alice.open('/account')).forms[0]?.fields ?? []);
    const done = await alice.post('/account', { ...fields, disconnect: aConnection().connection });
    expect(done.text).toContain(words);
    expect(done.text).toContain('is disconnected');
  });

  verifies('vestibule:connected-accounts', 'say what has to be done, and what is under way', async () => {
    const { sessionOf, connections } = desk();
    const alice = await sessionOf();
    connections.kept = [aConnection({ state: 'interaction_required', reason: 'invalid_grant' })];
    const lost = await alice.open('/account');
    expect([lost.text, lost.html]).toEqual([
      expect.stringContaining('until you connect it again'),
      expect.stringContaining('href="/connect/tracker"'),
    ]);
    connections.kept = [aConnection({ state: 'disconnecting' })];
    const ending = await alice.open('/account');
    expect(ending.text).toContain('It is being disconnected');
    expect(ending.html).not.toContain('name="disconnect"');
    expect(ending.text).not.toContain('Scribe');
  });

  verifies('vestibule:connected-accounts', 'of a group are there for its connectors alone', async () => {
    const { sessionOf } = desk();
    const words = 'for the group ops';
    expect((await (await sessionOf()).open('/account')).text).not.toContain(words);
    expect((await (await sessionOf({ roles: ['lead'] })).open('/account')).text).toContain(words);
  });

  it('that cannot be asked for keep nobody from the rest of the page', async () => {
    const { sessionOf, connections } = desk();
    connections.down = new DependencyUnavailable('the connections function', { cause: 'a test' });
    const seen = await (await sessionOf()).open('/account');
    expect([seen.status, seen.text]).toEqual([200, expect.stringContaining('cannot be shown at the moment')]);
    expect(seen.text).toContain('What you allowed');
  });

  it('of a provider that is switched off are still disconnected', async () => {
    const { sessionOf, connections } = desk(aProvider({ state: 'disabled' }));
    const alice = await sessionOf();
    expect((await alice.open('/account')).text).not.toContain('Connected accounts');
    connections.kept = [aConnection({ connection: 'd'.repeat(22) as ConnectionId })];
    const fields = Object.fromEntries((await alice.open('/account')).forms[0]?.fields ?? []);
    await alice.post('/account', { ...fields, disconnect: 'd'.repeat(22) });
    expect(connections.disconnected).toEqual(['d'.repeat(22)]);
  });
});
