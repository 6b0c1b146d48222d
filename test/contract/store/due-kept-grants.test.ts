import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDueKeptGrants } from '../../../lambdas/adapters/dynamodb/due-kept-grants.ts';
import { dueShardOf } from '../../../lambdas/adapters/dynamodb/due-shard.ts';
import { dynamoVault } from '../../../lambdas/adapters/dynamodb/vault.ts';
import type { DueKeptGrant, DueKeptGrants } from '../../../lambdas/ports/kept-grants.ts';
import { dueShards } from '../../../lambdas/ports/tasks.ts';
import type { Vault, VaultOutcome } from '../../../lambdas/ports/vault.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { GrantId, IdpId, PersonId } from '../../../lambdas/runtime/identifiers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

const now = instant(1_800_000_000);
const [endsAt, dueAt] = [after(now, 1_800), after(now, 1_200)];
const sealed = { wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: 'first' };
const always = { from: now, until: after(now, 1_000_000) };

let tables: TestTables;
let vault: Vault;
let due: DueKeptGrants;
beforeAll(async () => {
  tables = await startTables();
  // The keys of the vault table are those of the grants table.
  const options = { client: tables.client(), table: tables.grants };
  [vault, due] = [dynamoVault(options), dynamoDueKeptGrants(options)];
});
afterAll(() => tables.stop());

const ofGrant = (grant: GrantId) => ({
  ...{ grant, idp: 'company' as IdpId, person: 'person.alice' as PersonId },
});

async function keptFor(end: { readonly endsAt?: Instant; readonly dueAt?: Instant } = { endsAt, dueAt }) {
  const grant = randomBytes(16).toString('base64url') as GrantId;
  await vault.keep({ ...ofGrant(grant), ...end, sealed, unusedUntil: after(now, 900) }, now);
  return grant;
}

async function usedFor(end?: Parameters<typeof keptFor>[0]): Promise<GrantId> {
  const grant = await keptFor(end);
  await vault.confirm(grant, now);
  return grant;
}

async function listed(grant: GrantId, within = always): Promise<DueKeptGrant | undefined> {
  const { due: found } = await due.page(dueShardOf(grant), within);
  return found.find(({ id }) => id === grant);
}

async function settled(grant: GrantId, outcome: VaultOutcome): Promise<void> {
  const kept = await vault.find(grant);
  if (kept === undefined) throw new Error('nothing is kept');
  await vault.lease(kept, { attempt: outcome.kind, until: after(now, 26) }, now);
  expect(await vault.settle(grant, outcome.kind, outcome, now)).toBe(true);
}

describe('what is kept of people and ends unless somebody asks with it', () => {
  it('is in its list with what it takes to ask, within what was asked for, both ends among it', async () => {
    const grant = await usedFor();
    const entry = { id: grant, idp: 'company', dueAt, goodUntil: endsAt };
    expect(await listed(grant, { from: dueAt, until: dueAt })).toEqual(entry);
    expect(await listed(grant, { from: now, until: after(dueAt, -1) })).toBeUndefined();
    expect(await listed(grant, { from: after(dueAt, 1), until: endsAt })).toBeUndefined();
  });

  it('is in no list before somebody uses it, nor where nobody knows its end', async () => {
    expect(await listed(await keptFor())).toBeUndefined();
    const endless = await usedFor({});
    expect(await listed(endless)).toBeUndefined();
    await settled(endless, { kind: 'failed' });
    expect(await listed(endless)).toBeUndefined();
  });

  it('is in its list from when it is asked with, though nobody has confirmed it', async () => {
    const [first, second] = [await keptFor(), await keptFor()];
    await settled(first, { kind: 'stands', endsAt, dueAt });
    await settled(second, { kind: 'rotated', sealed, endsAt, dueAt });
    expect([await listed(first), await listed(second)]).toMatchObject([{ dueAt }, { dueAt }]);
  });

  it('follows each answer, and leaves the list with the end that is known', async () => {
    const grant = await usedFor();
    const later = after(dueAt, 1_000);
    const end = { endsAt: after(endsAt, 1_000), dueAt: later };
    const seen = async (outcome: VaultOutcome) => {
      await settled(grant, outcome);
      if (outcome.kind === 'rotated')
        await vault.settle(grant, 'rotated', { kind: 'derived', derived: [] }, now);
      const [entry, kept] = [await listed(grant), await vault.find(grant)];
      expect(entry?.dueAt).toBe(kept?.dueAt);
      return entry?.dueAt;
    };
    expect(await seen({ kind: 'stands', ...end })).toBe(later);
    expect(await seen({ kind: 'failed' })).toBe(later);
    expect(await seen({ kind: 'failed', dueAt: after(now, 30) })).toBe(after(now, 30));
    expect(await seen({ kind: 'derived', derived: [] })).toBe(after(now, 30));
    expect(await seen({ kind: 'rotated', sealed, ...end })).toBe(later);
    expect(await seen({ kind: 'rotated', sealed })).toBeUndefined();
    expect(await seen({ kind: 'stands', ...end })).toBe(later);
    expect(await seen({ kind: 'stands' })).toBeUndefined();
  });

  it('leaves the list when it ends, and is in it again when its person has signed in again', async () => {
    const grant = await usedFor();
    await settled(grant, { kind: 'ended', reason: 'interaction_required' });
    expect(await listed(grant)).toBeUndefined();
    const again = { ...ofGrant(grant), sealed, attempt: 'again' };
    expect(await vault.renew({ ...again, endsAt, dueAt }, now)).toBe(true);
    expect(await listed(grant)).toMatchObject({ dueAt });
    await vault.forget(grant);
    expect(await listed(grant)).toBeUndefined();
  });

  it('is put off from the moment that it was due at, and from no other', async () => {
    const grant = await usedFor();
    const [to, other] = [after(dueAt, 3_600), after(dueAt, 7_200)];
    await vault.putOff(grant, { from: after(dueAt, 1), to: other });
    expect(await listed(grant)).toMatchObject({ dueAt });
    await vault.putOff(grant, { from: dueAt, to });
    await vault.putOff(grant, { from: dueAt, to: other });
    expect(await listed(grant)).toMatchObject({ dueAt: to });
    await vault.forget(grant);
    await vault.putOff(grant, { from: to, to: other });
    expect(await vault.find(grant)).toBeUndefined();
  });

  it('comes in pages of one list, each once and the earliest first, and is in each of the lists', async () => {
    const grants: GrantId[] = [];
    const make = async (): Promise<void> => {
      const nth = grants.length;
      grants.push('' as GrantId);
      grants[nth] = await usedFor({
        endsAt: after(now, 9_000),
        dueAt: after(now, 3_000 + ((nth * 77) % 160)),
      });
    };
    for (let batch = 0; batch < 8; batch += 1) await Promise.all(Array.from({ length: 20 }, make));
    const within = { from: after(now, 3_000), until: after(now, 3_200) };
    const lists = await Promise.all(
      Array.from({ length: dueShards }, async (_, shard) => (await due.page(shard, within)).due),
    );
    expect(lists.every(({ length }) => length > 0)).toBe(true);
    expect(
      lists
        .flat()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(grants.toSorted());
    for (const list of lists) {
      const moments = list.map((each) => each.dueAt);
      expect(moments).toEqual(moments.toSorted((one, other) => one - other));
      const [first, second] = list;
      if (first === undefined || second === undefined) continue;
      const next = JSON.stringify([first.dueAt, first.id]);
      expect((await due.page(dueShardOf(first.id), within, next)).due).toEqual(list.slice(1));
    }
  });
});
