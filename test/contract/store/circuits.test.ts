import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoCircuits } from '../../../lambdas/adapters/dynamodb/circuits.ts';
import type { Circuits } from '../../../lambdas/ports/circuits.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../../lambdas/runtime/identifiers.ts';
import { startTables, type TestTables } from '../../support/dynamodb.ts';

const now = instant(1_800_000_000);

const anIdp = (): IdpId => `idp-${randomUUID()}` as IdpId;

let tables: TestTables;
let circuits: Circuits;
beforeAll(async () => {
  tables = await startTables();
  circuits = make();
});
afterAll(async () => {
  await tables.stop();
});

/** One instance, with a memory of its own. */
function make(): Circuits {
  return dynamoCircuits({ client: tables.client(), table: tables.grants });
}

describe('a circuit', () => {
  it('knows nothing of a provider that never failed', async () => {
    expect(await circuits.read(anIdp(), now)).toBeUndefined();
  });

  it('counts every failure in a row, whoever met it', async () => {
    const idp = anIdp();
    await circuits.count(idp, now);
    const others = Array.from({ length: 100 }, make);
    await Promise.all(others.map((other) => other.count(idp, after(now, 1))));
    expect(await make().read(idp, after(now, 2))).toEqual({ failures: 101, opened: 0 });
  });

  it('begins anew after a while without one', async () => {
    const idp = anIdp();
    for (let count = 0; count < 4; count += 1) await circuits.count(idp, now);
    expect(await make().read(idp, after(now, 301))).toBeUndefined();
    await circuits.count(idp, after(now, 301));
    expect(await make().read(idp, after(now, 301))).toEqual({ failures: 1, opened: 0 });
  });

  it('is opened by one of all who saw it closed, and goes on counting while it is open', async () => {
    const idp = anIdp();
    await circuits.count(idp, now);
    const tries = Array.from({ length: 100 }, () => randomUUID());
    const opened = await Promise.all(
      tries.map((attempt) => make().open(idp, undefined, after(now, 300), attempt)),
    );
    expect(opened.filter((won) => won)).toHaveLength(1);
    const winner = tries[opened.indexOf(true)] ?? '';
    expect(await circuits.open(idp, undefined, after(now, 300), winner)).toBe(true);
    await circuits.count(idp, after(now, 301));
    expect(await make().read(idp, after(now, 301))).toEqual({
      ...{ failures: 2, opened: 1, openUntil: after(now, 300) },
    });
  });

  it('is opened again by one of all who saw until when it was', async () => {
    const idp = anIdp();
    await circuits.count(idp, now);
    await circuits.open(idp, undefined, after(now, 30), randomUUID());
    const again = await Promise.all(
      Array.from({ length: 50 }, () => make().open(idp, after(now, 30), after(now, 90), randomUUID())),
    );
    expect(again.filter((won) => won)).toHaveLength(1);
    expect(await circuits.open(idp, after(now, 30), after(now, 120), randomUUID())).toBe(false);
    expect(await make().read(idp, now)).toMatchObject({ opened: 2, openUntil: after(now, 90) });
  });

  it('is closed for everybody within five seconds', async () => {
    const idp = anIdp();
    const other = make();
    await circuits.count(idp, now);
    await circuits.open(idp, undefined, after(now, 30), randomUUID());
    expect(await other.read(idp, now)).toMatchObject({ opened: 1 });
    await circuits.close(idp);
    expect(await circuits.read(idp, now)).toBeUndefined();
    expect(await other.read(idp, after(now, 4))).toMatchObject({ opened: 1 });
    expect(await other.read(idp, after(now, 5))).toBeUndefined();
  });
});
