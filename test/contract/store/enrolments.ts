import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Enrolment, Enrolments, Place } from '../../../lambdas/ports/enrolments.ts';
import type { SealedToken } from '../../../lambdas/ports/vault.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, IdpId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface EnrolmentsSubject {
  readonly enrolments: Enrolments;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

function aPlace(idp: string): Place {
  const client = `dyn_${randomUUID()}` as ClientId;
  return { idp: idp as IdpId, client, since: now, attempt: randomUUID(), name: `App (${client})` };
}

function sealedAs(ciphertext: string): SealedToken {
  return { wrappedKey: 'a2V5', iv: 'aXY=', ciphertext };
}

function madeFor({ idp, client }: Place): Enrolment {
  const [proof, registration] = [sealedAs('proof'), sealedAs('registration')];
  return { idp, client, upstreamId: 'there', enrolledAt: now, proof, registration };
}

/** Two hundred clients come at once, all of them under way, and there are seven places. */
export async function expectExactlyTheQuota({ enrolments, network }: EnrolmentsSubject): Promise<void> {
  const idp = randomUUID();
  const places = Array.from({ length: 200 }, () => aPlace(idp));
  const taken = await Promise.all(places.map((place) => enrolments.take(place, 7)));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(taken.filter((each) => each === 'taken')).toHaveLength(7);
  const kept = await enrolments.places(idp as IdpId);
  expect(new Set(kept.map(({ client }) => client))).toEqual(
    new Set(places.filter((_, at) => taken[at] === 'taken').map(({ client }) => client)),
  );
}

/** What every store of enrolments promises. */
export function describeEnrolments(make: () => EnrolmentsSubject): void {
  describe('enrolments', () => {
    let subject: EnrolmentsSubject;
    let enrolments: Enrolments;
    beforeAll(() => {
      subject = make();
      ({ enrolments } = subject);
    });

    it('are as many as the quota says, under any interleaving', () => expectExactlyTheQuota(subject));

    it('free a place once, however often they are told', async () => {
      const idp = randomUUID();
      const [one, other] = [aPlace(idp), aPlace(idp)];
      expect(await enrolments.take(one, 2)).toBe('taken');
      // A lost reply, and another who comes for the same client.
      expect(await enrolments.take(one, 2)).toBe('taken');
      expect(await enrolments.take({ ...one, attempt: randomUUID() }, 2)).toEqual(one);
      expect(await enrolments.take(other, 2)).toBe('taken');
      await Promise.all(Array.from({ length: 20 }, () => enrolments.forget(one)));
      expect(await enrolments.take(aPlace(idp), 2)).toBe('taken');
      expect(await enrolments.take(aPlace(idp), 2)).toBe('full');
      expect(await enrolments.places(idp as IdpId)).toContainEqual(other);
    });

    it('are kept once, found, called otherwise and forgotten with their place', async () => {
      const place = aPlace(randomUUID());
      const made = madeFor(place);
      await enrolments.take(place, 5);
      await enrolments.keep(made);
      expect(await enrolments.find(place)).toEqual(made);
      await expect(enrolments.keep(made)).rejects.toThrow('another client');
      await enrolments.called(place, 'Renamed');
      expect(await enrolments.places(place.idp)).toEqual([{ ...place, name: 'Renamed' }]);
      await enrolments.forget(place);
      expect([await enrolments.find(place), await enrolments.places(place.idp)]).toEqual([undefined, []]);
      // Nothing comes back of what is free.
      await enrolments.called(place, 'Renamed again');
      expect(await enrolments.places(place.idp)).toEqual([]);
    });

    it('let one alone begin anew with a place, or remove what is there', async () => {
      const place = aPlace(randomUUID());
      await enrolments.take(place, 5);
      const later = after(now, 900);
      const attempts = Array.from({ length: 50 }, () => randomUUID());
      const began = await Promise.all(
        attempts.map((attempt) => enrolments.hold(place, { since: later, attempt })),
      );
      expect(began.filter(Boolean)).toHaveLength(1);
      const held = { ...place, since: later, attempt: attempts[began.indexOf(true)] ?? '' };
      expect(await enrolments.places(place.idp)).toEqual([held]);
      // Who has read it before neither removes nor forgets it.
      expect(await enrolments.beginLeaving(place)).toBe(false);
      await enrolments.forget(place);
      expect(await enrolments.places(place.idp)).toEqual([held]);
      expect([await enrolments.beginLeaving(held), await enrolments.beginLeaving(held)]).toEqual([
        true,
        true,
      ]);
      expect(await enrolments.hold(held, { since: later, attempt: randomUUID() })).toBe(false);
      await enrolments.forget(held);
      expect(await enrolments.places(place.idp)).toEqual([]);
    });

    it('let one alone use a registration, and no one that was replaced', async () => {
      const place = aPlace(randomUUID());
      const made = madeFor(place);
      await enrolments.keep(made);
      const attempts = Array.from({ length: 50 }, () => randomUUID());
      const until = after(now, 90);
      const leased = await Promise.all(
        attempts.map((attempt) => enrolments.lease(made, { attempt, until }, 'change', now)),
      );
      expect(leased.filter(Boolean)).toHaveLength(1);
      const attempt = attempts[leased.indexOf(true)] ?? '';
      expect(await enrolments.find(place)).toEqual({ ...made, unsure: true });
      await expect(enrolments.settle(place, 'another', undefined)).rejects.toThrow('lease');
      await enrolments.settle(place, attempt, sealedAs('rotated'));
      const rotated = { ...made, registration: sealedAs('rotated') };
      expect(await enrolments.find(place)).toEqual(rotated);
      expect(await enrolments.lease(made, { attempt, until }, 'removal', now)).toBe(false);
      expect(await enrolments.lease(rotated, { attempt: 'a', until }, 'removal', now)).toBe(true);
      expect(await enrolments.lease(rotated, { attempt: 'b', until }, 'change', until)).toBe(true);
      // Of a removal nobody is unsure, but of the change before it.
      expect(await enrolments.find(place)).toEqual({ ...rotated, unsure: true });
    });
  });
}
