import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionSummary } from '../../../../lambdas/ports/connecting.ts';
import { DependencyUnavailable } from '../../../../lambdas/runtime/dependency.ts';
import type { ConnectionId, EgressProviderId } from '../../../../lambdas/runtime/identifiers.ts';
import { verifies } from '../../../spec/verifies.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';
import { type SealCloud, startSealCloud } from '../../../support/seal-cloud.ts';
import { aDesk, type Person } from './a-connecting-person.ts';
import { aConnection, aProvider, read, scribe } from './mothers.ts';

let tables: TestTables;
let cloud: SealCloud;
beforeAll(async () => {
  [tables, cloud] = await Promise.all([startTables(), startSealCloud()]);
}, 60_000);
afterAll(async () => {
  await Promise.all([tables.stop(), cloud.stop()]);
});

const desk = (provider = aProvider(), added: Parameters<typeof aDesk>[3] = []) =>
  aDesk({ tables, seals: cloud.instance() }, provider, undefined, added);

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
    [{ revoked: false, left: [] }, 'Nobody can make sure that it is revoked there'],
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

describe('accounts at third parties that the config does not have', () => {
  const added = aProvider({
    ...{ id: 'notes' as EgressProviderId, name: 'Notes' },
    managedBy: { kind: 'operator', arn: 'arn:aws:iam::123456789012:user/ops' },
  });
  const at = (provider: string, changes: Partial<ConnectionSummary> = {}) =>
    aConnection({
      ...{ provider: provider as EgressProviderId, connection: 'n'.repeat(22) as ConnectionId },
      ...changes,
    });
  const disconnects = async (alice: Person) => {
    const fields = Object.fromEntries((await alice.open('/account')).forms[0]?.fields ?? []);
    return alice.post('/account', { ...fields, disconnect: 'n'.repeat(22) });
  };

  verifies(
    'vestibule:connected-accounts',
    'are listed and disconnected where an operator added it',
    async () => {
      const { sessionOf, connections } = desk(aProvider(), [added]);
      const alice = await sessionOf();
      expect((await alice.open('/account')).text).not.toContain('Notes');
      connections.kept = [aConnection(), at('notes')];
      const listed = await alice.open('/account');
      expect(listed.text).toContain('Notes');
      expect(listed.html).toMatch(/href="\/connect\/notes"[^>]*>Change</);
      connections.disconnect = { revoked: true, left: [aConnection()] };
      expect((await disconnects(alice)).text).toContain(
        'Notes is disconnected: what it gave is revoked there.',
      );
      expect(connections.places).toMatchObject([{ provider: 'notes', holder: { kind: 'person' } }]);
    },
  );

  verifies(
    'vestibule:connected-accounts',
    'are listed and disconnected where nobody declares it any more, and nobody is said to revoke them',
    async () => {
      const { sessionOf, connections } = desk();
      const alice = await sessionOf();
      connections.kept = [at('notes')];
      const listed = await alice.open('/account');
      expect(listed.text).toContain('notes is not set up here any more');
      expect(listed.html).not.toContain('/connect/notes');
      connections.disconnect = { revoked: false, left: [at('notes', { state: 'disconnecting' })] };
      const done = await disconnects(alice);
      expect(done.text).toContain(
        'Nobody can make sure that it is revoked there: look at your account there.',
      );
      expect(done.text).not.toContain('being revoked');
      expect(done.text).not.toContain('asked to revoke');
      expect(connections.places).toMatchObject([{ provider: 'notes' }]);
    },
  );

  it('are listed where people connect none there any more', async () => {
    const apiKey = { kind: 'api_key', place: 'header', name: 'Authorization', prefix: '' } as const;
    const { sessionOf, connections } = desk(aProvider({ credential: apiKey }));
    const alice = await sessionOf();
    connections.kept = [aConnection({ connection: 'n'.repeat(22) as ConnectionId })];
    expect((await alice.open('/account')).html).not.toContain('href="/connect/');
    await disconnects(alice);
    expect(connections.disconnected).toEqual(['n'.repeat(22)]);
  });

  it('are of a group for its connectors there alone', async () => {
    const others = { ...added, groups: [{ id: 'ops', agents: [scribe], connectors: ['boss'] }] };
    for (const [provider, isTheirs] of [
      [added, true],
      [others, false],
    ] as const) {
      const { sessionOf, connections } = desk(aProvider(), [provider]);
      const lead = await sessionOf({ roles: ['lead'] });
      connections.ofGroups = [at('notes')];
      expect((await lead.open('/account')).text.includes('Notes , for the group ops')).toBe(isTheirs);
      await disconnects(lead);
      expect(connections.disconnected).toHaveLength(isTheirs ? 1 : 0);
    }
  });
});
