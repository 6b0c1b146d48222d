import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DeviceDecision, Devices, WaitingDevice } from '../../../lambdas/ports/devices.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, DeviceId, GrantId, PersonId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface DeviceSubject {
  readonly devices: Devices;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

export function aDevice(overrides: Partial<WaitingDevice> = {}): WaitingDevice {
  return {
    ...{ id: randomUUID() as string as DeviceId, clientId: 'terminal' as ClientId },
    ...{ request: 'client_id=terminal&scope=tools%3Aread', digest: randomUUID() },
    ...{ expiresAt: after(now, 600), interval: 5 },
    ...overrides,
  };
}

function approvalBy(person: string): DeviceDecision {
  return { outcome: 'approved', grantId: `grant-of-${person}` as GrantId, person: person as PersonId };
}

/** Of three hundred people who decide about one device, one does. */
export async function expectOneDecision({ devices }: Pick<DeviceSubject, 'devices'>): Promise<void> {
  const device = aDevice();
  await devices.begin(device);
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, at) =>
      devices.decide(device.id, { decision: approvalBy(`p${at}`), at: now, attempt: randomUUID() }),
    ),
  );
  const winners = outcomes.flatMap(({ won }, at) => (won ? [at] : []));
  expect(winners).toHaveLength(1);
  expect((await devices.find(device.id))?.decision).toEqual(approvalBy(`p${String(winners[0])}`));
}

/** What every store of devices that wait promises. */
export function describeDevices(make: () => DeviceSubject): void {
  describe('a store of devices that wait', () => {
    let subject: DeviceSubject;
    beforeAll(() => {
      subject = make();
    });
    const begun = async (overrides: Partial<WaitingDevice> = {}): Promise<WaitingDevice> => {
      const device = aDevice(overrides);
      expect(await subject.devices.begin(device)).toBe(true);
      return device;
    };
    const decide = (id: DeviceId, attempt: string = randomUUID(), at = now) =>
      subject.devices.decide(id, { decision: approvalBy('alice'), at, attempt });

    it('gives back what it keeps, and nothing for another id', async () => {
      const device = await begun();
      expect(await subject.devices.find(device.id)).toEqual(device);
      expect(await subject.devices.find(aDevice().id)).toBeUndefined();
    });

    it('gives a user code that is kept to nobody else, whatever became of it', async () => {
      const device = await begun();
      const other = aDevice({ id: device.id, clientId: 'other' as ClientId });
      expect(await subject.devices.begin(other)).toBe(false);
      await decide(device.id);
      expect(await subject.devices.begin(other)).toBe(false);
      expect((await subject.devices.find(device.id))?.clientId).toBe(device.clientId);
    });

    it('decides for exactly one of three hundred people', () => expectOneDecision(subject), 20_000);

    it('keeps the first decision, and says what it was', async () => {
      const { id } = await begun();
      const denied = { decision: { outcome: 'denied' }, at: now, attempt: randomUUID() } as const;
      expect(await subject.devices.decide(id, denied)).toEqual({ won: true });
      const late = await decide(id);
      expect(late).toMatchObject({ won: false, taken: { decision: { outcome: 'denied' } } });
    });

    it('decides about none that is expired or was never begun', async () => {
      const { id, expiresAt } = await begun();
      expect((await decide(id, randomUUID(), expiresAt)).won).toBe(false);
      expect(await decide(aDevice().id)).toEqual({ won: false, taken: undefined });
    });

    it('takes a lost reply for the success that it was', async () => {
      const device = aDevice();
      subject.network.loseNextReply('PutItem');
      expect(await subject.devices.begin(device)).toBe(true);
      subject.network.loseNextReply('UpdateItem');
      const poll = { seen: device, at: now, interval: 5, attempt: 'poll' };
      expect(await subject.devices.notePoll(poll)).toBe(true);
      subject.network.loseNextReply('UpdateItem');
      expect(await decide(device.id, 'mine')).toEqual({ won: true });
      expect(await decide(device.id, 'mine')).toEqual({ won: true });
      expect((await decide(device.id, 'another')).won).toBe(false);
    });

    it('does not have a device wait again that was decided about, however late its first write is repeated', async () => {
      const device = await begun();
      await decide(device.id);
      expect(await subject.devices.begin(device)).toBe(true);
      expect((await subject.devices.find(device.id))?.decision).toEqual(approvalBy('alice'));
    });

    it('notes one of the polls that saw the same', async () => {
      const device = await begun();
      for (const at of [now, after(now, 2), after(now, 20)]) {
        const seen = (await subject.devices.find(device.id)) ?? device;
        const polls = Array.from({ length: 100 }, () =>
          subject.devices.notePoll({ seen, at, interval: seen.interval + 5, attempt: randomUUID() }),
        );
        expect((await Promise.all(polls)).filter(Boolean)).toHaveLength(1);
        expect(await subject.devices.find(device.id)).toMatchObject({
          polledAt: at,
          interval: seen.interval + 5,
        });
      }
      expect(await subject.devices.notePoll({ seen: aDevice(), at: now, interval: 5, attempt: 'a' })).toBe(
        false,
      );
    }, 20_000);
  });
}
