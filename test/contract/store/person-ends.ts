import { beforeAll, describe, expect, it } from 'vitest';
import type { EndsReader } from '../../../lambdas/ports/ends.ts';
import {
  endedAheadSeconds,
  type PersonEnds,
  type PersonEndsReader,
} from '../../../lambdas/ports/person-ends.ts';
import type { TokenStandings } from '../../../lambdas/ports/token-standing.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { endedName } from '../../../lambdas/runtime/ended-name.ts';
import type { ClientId, PersonId } from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface PersonEndSubject {
  readonly personEnds: PersonEnds & PersonEndsReader;
  readonly ends: EndsReader;
  readonly standings: TokenStandings;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

/** What every store of ends of people promises. */
export function describePersonEnds(make: () => PersonEndSubject): void {
  describe('a store of ends of people', () => {
    let subject: PersonEndSubject;
    beforeAll(() => {
      subject = make();
    });
    const somebody = (): PersonId => fresh('person') as PersonId;
    const end = (person: PersonId, at = now): Promise<void> =>
      subject.personEnds.end(person, after(at, endedAheadSeconds), {
        ...{ at, by: 'arn:aws:iam::1:user/operator', requestId: 'request' },
      });
    const published = async (person: PersonId, at = now) =>
      (await subject.ends.current(at)).principals.get(endedName('sub', person));

    it('knows of no end of somebody who was never ended', async () => {
      const person = somebody();
      expect(await subject.personEnds.until(person)).toBeUndefined();
      expect(await published(person)).toBeUndefined();
    });

    it('tells of an end whoever asks, and of nobody else’s', async () => {
      const [person, another] = [somebody(), somebody()];
      await end(person);
      expect(await subject.personEnds.until(person)).toBe(after(now, 120));
      expect(await published(person)).toBe(after(now, 120));
      expect(await subject.personEnds.until(another)).toBeUndefined();
      expect(await published(another)).toBeUndefined();
    });

    it('is read with all else that a token depends on, in one call', async () => {
      const [person, another] = [somebody(), somebody()];
      await end(person);
      const names = { jti: 'one', expiresAt: after(now, 900), clientId: 'nobody' as ClientId };
      const before = subject.network.sent('BatchGetItem');
      expect(await subject.standings.read({ ...names, person })).toEqual({
        ...{ isRevoked: false, chain: [], personEndedUntil: after(now, 120) },
      });
      expect(subject.network.sent('BatchGetItem') - before).toBe(1);
      expect(await subject.standings.read({ ...names, person: another })).not.toHaveProperty(
        'personEndedUntil',
      );
      expect(await subject.standings.read(names)).not.toHaveProperty('personEndedUntil');
    });

    it('keeps the latest of many ends, in whatever order they arrive, here and in the feed', async () => {
      const person = somebody();
      for (const minute of [3, 1, 4, 0, 2]) await end(person, after(now, minute * 60));
      await Promise.all([5, 8, 6, 7].map((minute) => end(person, after(now, minute * 60))));
      expect(await subject.personEnds.until(person)).toBe(after(now, 8 * 60 + 120));
      expect(await published(person, after(now, 600))).toBe(after(now, 8 * 60 + 120));
    });

    it('ends many people at once, though they share what is published', async () => {
      const people = Array.from({ length: 60 }, somebody);
      await Promise.all(people.map((person) => end(person)));
      const { principals } = await subject.ends.current(now);
      expect(people.filter((person) => principals.has(endedName('sub', person)))).toHaveLength(60);
    });

    it('takes an end whose reply was lost for done', async () => {
      const person = somebody();
      subject.network.loseNextReply('TransactWriteItems');
      await end(person);
      expect(await subject.personEnds.until(person)).toBe(after(now, 120));
    });
  });
}
