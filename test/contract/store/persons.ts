import { beforeAll, describe, expect, it } from 'vitest';
import type { Consents } from '../../../lambdas/ports/consents.ts';
import type { Persons } from '../../../lambdas/ports/persons.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, GrantId, PersonId, UpstreamSession } from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface PersonSubject {
  readonly persons: Persons;
  readonly consents: Consents;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);
const end = (at = now) => ({ at, by: 'arn:aws:iam::1:user/operator', requestId: 'request' });

/** What every store of persons promises. */
export function describePersons(make: () => PersonSubject): void {
  describe('a store of persons', () => {
    let subject: PersonSubject;
    beforeAll(() => {
      subject = make();
    });
    const somebody = (): PersonId => fresh('person') as PersonId;

    it('knows nobody of whom nothing is kept', async () => {
      expect(await subject.persons.find(somebody())).toBeUndefined();
    });

    it('finds what a person granted, and when their sessions were ended', async () => {
      const person = somebody();
      const consent = {
        ...{ clientId: 'claude' as ClientId, clientName: 'Claude', fingerprint: 'one', now },
        ...{ granted: { scope: [], offline: false }, grant: fresh('grant') as GrantId },
      };
      await subject.consents.record(person, consent, () => Promise.resolve());
      expect(await subject.persons.find(person)).toEqual({
        consents: [expect.objectContaining({ clientId: 'claude' })],
      });
      await subject.persons.endSessions(person, end());
      expect(await subject.persons.find(person)).toMatchObject({
        consents: [{ clientId: 'claude' }],
        sessionsEndedAt: now,
      });
    });

    it('keeps the latest of many ends, in whatever order they arrive', async () => {
      const person = somebody();
      const ends = Array.from({ length: 40 }, (_, index) => end(after(now, (index * 17) % 40)));
      await Promise.all(ends.map((each) => subject.persons.endSessions(person, each)));
      expect(await subject.persons.find(person)).toEqual({ consents: [], sessionsEndedAt: after(now, 39) });
    });

    it('counts the end of one session for that session alone, and tells whose it is', async () => {
      const person = somebody();
      const [one, other] = [fresh('session') as UpstreamSession, fresh('session') as UpstreamSession];
      await subject.persons.noteSession(one, person, now);
      await subject.persons.noteSession(other, person, now);
      expect(await subject.persons.endSession(one, end())).toBe(person);
      // An earlier end that comes late changes nothing, and tells the same.
      expect(await subject.persons.endSession(one, end(after(now, -9)))).toBe(person);
      expect(await subject.persons.find(person, one)).toEqual({ consents: [], sessionsEndedAt: now });
      expect([await subject.persons.find(person, other), await subject.persons.find(person)]).toEqual([
        undefined,
        undefined,
      ]);
      await subject.persons.endSessions(person, end(after(now, 5)));
      expect(await subject.persons.find(person, one)).toMatchObject({ sessionsEndedAt: after(now, 5) });
    });

    it('keeps the end of a session that nobody has yet', async () => {
      const [person, session] = [somebody(), fresh('session') as UpstreamSession];
      expect(await subject.persons.endSession(session, end())).toBeUndefined();
      await subject.persons.noteSession(session, person, now);
      expect(await subject.persons.find(person, session)).toMatchObject({ sessionsEndedAt: now });
    });

    it('takes an end whose reply was lost for done', async () => {
      const person = somebody();
      subject.network.loseNextReply('UpdateItem');
      await subject.persons.endSessions(person, end());
      expect(await subject.persons.find(person)).toMatchObject({ sessionsEndedAt: now });
    });
  });
}
