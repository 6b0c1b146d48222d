import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EndsReader } from '../../../lambdas/ports/ends.ts';
import type { Kind, RegistryStore, Stored, Things } from '../../../lambdas/ports/registry-store.ts';
import type { Revocations } from '../../../lambdas/ports/revocations.ts';
import { after, type Instant, systemClock } from '../../../lambdas/runtime/clock.ts';
import { type EndedClaim, endedName } from '../../../lambdas/runtime/ended-name.ts';
import type { Audience, ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, aResource } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface EndsSubject {
  readonly revocations: Revocations;
  readonly ends: EndsReader;
  readonly store: RegistryStore;
  readonly network: UnrulyNetwork;
}

/** What every store of ends promises to those who publish them. */
export function describeEnds(make: () => EndsSubject): void {
  describe('a store of ends', () => {
    let subject: EndsSubject;
    let now: Instant;
    beforeAll(() => {
      subject = make();
      now = systemClock();
    });

    const untilOf = async (claim: EndedClaim, value: string): Promise<Instant | undefined> =>
      (await subject.ends.current(now)).principals.get(endedName(claim, value));
    const registered = async <K extends Kind>(kind: K, thing: Things[K]): Promise<Stored<Things[K]>> => {
      await subject.store.register(kind, { thing }, aChange());
      return { thing, version: 1 };
    };
    const revoke = (jti: string, until: Instant): Promise<void> =>
      subject.revocations.revoke({
        ...{ jti, clientId: 'planner-client' as ClientId, until, now, requestId: 'request' },
      });

    it('has every revoked token that is still alive, in one call', async () => {
      const jtis = Array.from({ length: 60 }, () => randomUUID());
      await Promise.all(jtis.map((jti, minute) => revoke(jti, after(now, 60 * (minute + 1)))));
      const before = subject.network.sent('BatchGetItem');
      const { tokens } = await subject.ends.current(now);
      expect(subject.network.sent('BatchGetItem') - before).toBe(1);
      for (const jti of jtis) expect(tokens).toContain(endedName('jti', jti));
      const later = await subject.ends.current(after(now, 5_000));
      expect(later.tokens).not.toContain(endedName('jti', jtis[0]!));
    });

    it('has a principal that was disabled, and what it got before it was registered once it is back', async () => {
      const things = [
        ['agent', 'agent_id', anAgent()],
        ['client', 'client_id', aClient()],
        ['resource', 'aud', aResource({ audience: `api://${randomUUID()}` as Audience })],
      ] as const;
      for (const [kind, claim, thing] of things) {
        const value = 'audience' in thing ? thing.audience : thing.id;
        const active = await registered(kind, thing);
        expect(await untilOf(claim, value)).toBeUndefined();
        const disabled = { ...thing, state: 'disabled' } as const;
        await subject.store.replace(kind, active, { thing: disabled }, aChange());
        expect(await untilOf(claim, value)).toBeGreaterThan(now);
        await subject.store.replace(kind, { thing: disabled, version: 2 }, { thing }, aChange());
        expect(await untilOf(claim, value)).toBe(thing.createdAt - 1);
      }
    });

    it('has a principal that was removed, and the audience that a resource gave up', async () => {
      const agent = await registered('agent', anAgent());
      await subject.store.remove('agent', agent, aChange());
      expect(await untilOf('agent_id', agent.thing.id)).toBeGreaterThan(now);
      const resource = await registered('resource', aResource());
      const audience = `api://${randomUUID()}` as Audience;
      await subject.store.replace(
        'resource',
        resource,
        { thing: { ...resource.thing, audience } },
        aChange(),
      );
      expect(await untilOf('aud', resource.thing.audience)).toBeGreaterThan(now);
      expect(await untilOf('aud', audience)).toBeUndefined();
    });

    it('has nothing of a change that was not made, or that ends nothing', async () => {
      const agent = await registered('agent', anAgent());
      const { thing } = agent;
      await subject.store.replace('agent', agent, { thing: { ...thing, name: 'renamed' } }, aChange());
      const disabled = { thing: { ...thing, state: 'disabled' } } as const;
      expect(await subject.store.replace('agent', agent, disabled, aChange())).toEqual({
        outcome: 'moved_on',
      });
      expect(await subject.store.remove('agent', agent, aChange())).toBe('moved_on');
      expect(await untilOf('agent_id', thing.id)).toBeUndefined();
    });

    it('takes a lost reply for a success', async () => {
      const agent = await registered('agent', anAgent());
      const disabled = { thing: { ...agent.thing, state: 'disabled' } } as const;
      subject.network.loseNextReply('TransactWriteItems');
      expect(await subject.store.replace('agent', agent, disabled, aChange())).toEqual({
        outcome: 'written',
      });
      expect(await subject.store.find('agent', agent.thing.id)).toEqual({ ...disabled, version: 2 });
    });

    it('ends many principals at once', async () => {
      const agents = await Promise.all(Array.from({ length: 50 }, () => registered('agent', anAgent())));
      await Promise.all(agents.map((agent) => subject.store.remove('agent', agent, aChange())));
      const { principals } = await subject.ends.current(now);
      expect(agents.filter(({ thing }) => principals.has(endedName('agent_id', thing.id)))).toHaveLength(50);
    });
  });
}
