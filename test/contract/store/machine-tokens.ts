import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  KeptMachineToken,
  KeptMachineTokens,
  MachineOutcome,
  MachineTokenName,
} from '../../../lambdas/ports/machine-tokens.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { IdpId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface MachineTokensSubject {
  readonly tokens: KeptMachineTokens;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

function aName(): MachineTokenName {
  return { digest: randomUUID(), idp: 'company' as IdpId };
}

function minted(text: string): MachineOutcome & { readonly kind: 'minted' } {
  const sealed = { wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: text };
  return { kind: 'minted', sealed, mintedAt: now, until: after(now, 240) };
}

/** Two hundred callers want to ask for one token at once, all of them under way: exactly one may. */
export async function expectOneMinter({ tokens, network }: MachineTokensSubject): Promise<void> {
  const name = aName();
  const leases = await Promise.all(
    Array.from({ length: 200 }, () =>
      tokens.lease(name, 0, { attempt: randomUUID(), until: after(now, 26) }, now),
    ),
  );
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(leases.filter(Boolean)).toHaveLength(1);
}

/** What every store of tokens that agents get as themselves promises. */
export function describeMachineTokens(make: () => MachineTokensSubject): void {
  describe('tokens of machines', () => {
    let subject: MachineTokensSubject;
    let tokens: KeptMachineTokens;
    beforeAll(() => {
      subject = make();
      ({ tokens } = subject);
    });
    const lease = (name: MachineTokenName, version: number, attempt: string, at: Instant = now) =>
      tokens.lease(name, version, { attempt, until: after(at, 26) }, at);
    const found = async (name: MachineTokenName): Promise<KeptMachineToken> => {
      const kept = await tokens.find(name);
      if (kept === undefined) throw new Error('nothing is kept');
      return kept;
    };

    it('are leased to exactly one of two hundred callers', () => expectOneMinter(make()));

    it('are nowhere before somebody asks, and under their own names alone', async () => {
      const [name, other] = [aName(), aName()];
      expect(await tokens.find(name)).toBeUndefined();
      await lease(name, 0, 'mine');
      expect(await found(name)).toEqual({
        version: 0,
        lease: { attempt: 'mine', until: after(now, 26) },
      });
      expect(await tokens.find(other)).toBeUndefined();
    });

    it('are given back as they were settled, with the lease', async () => {
      const name = aName();
      await lease(name, 0, 'mine');
      const { kind, ...token } = minted('first');
      expect(kind).toBe('minted');
      expect(await tokens.settle(name, 'mine', minted('first'), now)).toBe(true);
      expect(await found(name)).toEqual({ version: 1, token });
    });

    it('are leased to another once a lease is over, and what the first one brings then is not taken', async () => {
      const name = aName();
      expect(await lease(name, 0, 'first')).toBe(true);
      expect(await lease(name, 0, 'first')).toBe(true);
      expect(await lease(name, 0, 'second', after(now, 25))).toBe(false);
      expect(await lease(name, 0, 'second', after(now, 26))).toBe(true);
      expect(await tokens.settle(name, 'first', minted('late'), after(now, 27))).toBe(false);
      expect(await found(name)).not.toHaveProperty('token');
    });

    it('are leased to nobody who read before another one brought a token', async () => {
      const name = aName();
      await lease(name, 0, 'first');
      await tokens.settle(name, 'first', minted('first'), now);
      expect(await lease(name, 0, 'behind')).toBe(false);
      expect(await lease(name, 1, 'ahead')).toBe(true);
    });

    const others: readonly (readonly [MachineOutcome, Partial<KeptMachineToken>])[] = [
      [{ kind: 'passed_on' }, {}],
      [{ kind: 'failed' }, { failedAt: after(now, 3) }],
      [
        { kind: 'refused', refusal: '{"kind":"refused"}', until: after(now, 8) },
        { refused: { refusal: '{"kind":"refused"}', until: after(now, 8) } },
      ],
    ];
    it.each(others)(
      'are kept where asking for another one comes to %j, until one is there',
      async (outcome, left) => {
        const name = aName();
        await lease(name, 0, 'first');
        const { kind, ...token } = minted('first');
        await tokens.settle(name, 'first', minted('first'), now);
        await lease(name, 1, 'second');
        expect(await tokens.settle(name, 'second', outcome, after(now, 3))).toBe(true);
        expect(await found(name)).toEqual({ version: 2, token, ...left });
        await lease(name, 2, 'third', after(now, 9));
        await tokens.settle(name, 'third', minted('third'), after(now, 9));
        const { kind: again, ...third } = minted('third');
        expect([kind, again]).toEqual(['minted', 'minted']);
        expect(await found(name)).toEqual({ version: 3, token: third });
      },
    );

    it('are leased and settled through lost replies, once', async () => {
      const { network } = subject;
      const name = aName();
      network.loseNextReply('UpdateItem');
      expect(await lease(name, 0, 'mine')).toBe(true);
      network.loseNextReply('UpdateItem');
      expect(await tokens.settle(name, 'mine', minted('first'), now)).toBe(true);
      expect((await found(name)).version).toBe(1);
    });
  });
}
