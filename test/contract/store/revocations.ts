import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RegistryStore } from '../../../lambdas/ports/registry-store.ts';
import type { Revocation, Revocations } from '../../../lambdas/ports/revocations.ts';
import type { HeldToken, TokenStandings } from '../../../lambdas/ports/token-standing.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { AgentId, ClientId, ResourceUri } from '../../../lambdas/runtime/identifiers.ts';
import { aChange, aClient, anAgent, aResource } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface RevocationSubject {
  readonly revocations: Revocations;
  readonly standings: TokenStandings;
  readonly store: RegistryStore;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

function aRevocation(overrides: Partial<Revocation> = {}): Revocation {
  return {
    ...{ jti: randomUUID(), clientId: 'planner-client' as ClientId, until: after(now, 900), now },
    requestId: randomUUID(),
    ...overrides,
  };
}

const nobody = {
  expiresAt: after(now, 900),
  clientId: 'nobody' as ClientId,
  agentId: 'nobody' as AgentId,
  resource: 'https://nowhere.example.com' as ResourceUri,
};

/** What every store of revocations promises, and every reader of a token's standing. */
export function describeRevocations(make: () => RevocationSubject): void {
  describe('a store of revocations', () => {
    let subject: RevocationSubject;
    beforeAll(() => {
      subject = make();
    });
    const isRevoked = async (jti: string): Promise<boolean> =>
      (await subject.standings.read({ ...nobody, jti })).isRevoked;

    it('ends the token that is named, at once and no other', async () => {
      const revocation = aRevocation();
      expect(await isRevoked(revocation.jti)).toBe(false);
      await subject.revocations.revoke(revocation);
      expect(await isRevoked(revocation.jti)).toBe(true);
      expect(await isRevoked(`${revocation.jti}x`)).toBe(false);
    });

    it('may be asked again, by hundreds at once', async () => {
      const revocation = aRevocation();
      await Promise.all(Array.from({ length: 300 }, () => subject.revocations.revoke(revocation)));
      expect(await isRevoked(revocation.jti)).toBe(true);
    });

    it('takes a lost reply for a success', async () => {
      const revocation = aRevocation();
      const before = subject.network.sent('UpdateItem');
      subject.network.loseNextReply('UpdateItem');
      await subject.revocations.revoke(revocation);
      expect(subject.network.sent('UpdateItem') - before).toBe(2);
      expect(await isRevoked(revocation.jti)).toBe(true);
    });

    it('takes five hundred at once, each of another token', async () => {
      const revocations = Array.from({ length: 500 }, () => aRevocation());
      await Promise.all(revocations.map((revocation) => subject.revocations.revoke(revocation)));
      const found = await Promise.all(revocations.map(({ jti }) => isRevoked(jti)));
      expect(found.filter(Boolean)).toHaveLength(500);
    });

    it('takes a token id of any length', async () => {
      const revocation = aRevocation({ jti: 'x'.repeat(20_000) });
      await subject.revocations.revoke(revocation);
      expect(await isRevoked(revocation.jti)).toBe(true);
    });
  });

  describe('the standing of a token', () => {
    it('is as the registry is now, in one call', async () => {
      const { standings, store, network } = make();
      const [client, agent, resource] = [aClient(), anAgent(), aResource()];
      const names = {
        jti: 'jti',
        expiresAt: nobody.expiresAt,
        clientId: client.id,
        agentId: agent.id,
        resource: resource.uri,
      };
      await store.register('client', { thing: client }, aChange());
      await store.register('agent', { thing: agent }, aChange());
      await store.register('resource', { thing: resource }, aChange());
      const before = network.sent('BatchGetItem');
      expect(await standings.read(names)).toEqual({ isRevoked: false, chain: [], client, agent, resource });
      expect(network.sent('BatchGetItem') - before).toBe(1);
      const disabled = { ...agent, state: 'disabled' } as const;
      const stored = await store.find('agent', agent.id);
      await store.replace('agent', stored!, { thing: disabled }, aChange());
      expect((await standings.read(names)).agent).toEqual(disabled);
      expect(await standings.read({ ...nobody, jti: 'jti' })).toEqual({ isRevoked: false, chain: [] });
    });

    it('tells of each token of the longest chain, in the same call, be it one holder of them all', async () => {
      const { standings, revocations, store, network } = make();
      const agents = Array.from({ length: 3 }, () => anAgent());
      const clients = agents.map(({ id: agentId }) => aClient({ agentId }));
      for (const thing of agents) await store.register('agent', { thing }, aChange());
      for (const thing of clients) await store.register('client', { thing }, aChange());
      const holders = [0, 1, 2, 1, 0, 2, 2, 1, 0].map((of, index) => ({
        ...{ jti: `${clients[0]!.id}-${index}`, clientId: clients[of]!.id, agentId: agents[of]!.id },
        expiresAt: nobody.expiresAt + 200 * index,
      }));
      const [own, ...chain] = holders as [HeldToken, ...HeldToken[]];
      const revoked = [2, 7];
      for (const index of revoked) {
        const { jti, expiresAt } = chain[index]!;
        await revocations.revoke(aRevocation({ jti, until: instant(expiresAt) }));
      }
      const before = network.sent('BatchGetItem');
      const found = await standings.read({ ...own, chain });
      expect(network.sent('BatchGetItem') - before).toBe(1);
      expect(found).toMatchObject({ isRevoked: false, client: clients[0], agent: agents[0] });
      const of = (id: string) => clients.findIndex((client) => client.id === id);
      expect(found.chain).toEqual(
        chain.map(({ clientId }, index) => ({
          ...{
            isRevoked: revoked.includes(index),
            client: clients[of(clientId)],
            agent: agents[of(clientId)],
          },
        })),
      );
    });
  });
}
