import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type {
  KeptUpstream,
  SealedToken,
  Vault,
  VaultBinding,
  VaultOutcome,
} from '../../../lambdas/ports/vault.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, GrantId, IdpId, PersonId } from '../../../lambdas/runtime/identifiers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface VaultSubject {
  readonly vault: Vault;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);
const unusedUntil = after(now, 900);

function sealedAs(name: string): SealedToken {
  return { wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: name };
}

async function keptIn(vault: Vault): Promise<KeptUpstream> {
  const grant = randomUUID() as GrantId;
  const binding: VaultBinding = { grant, idp: 'company' as IdpId, person: 'person.alice' as PersonId };
  await vault.keep({ ...binding, sealed: sealedAs('first'), unusedUntil }, now);
  const kept = await vault.find(grant);
  if (kept === undefined) throw new Error('nothing is kept');
  return kept;
}

function lease(vault: Vault, kept: KeptUpstream, attempt: string, at: Instant = now): Promise<boolean> {
  return vault.lease(kept, { attempt, until: after(at, 15) }, at);
}

/** Two hundred callers want to ask about one grant at once, all of them under way: exactly one may. */
export async function expectOneLease({ vault, network }: VaultSubject): Promise<void> {
  const kept = await keptIn(vault);
  const leases = await Promise.all(Array.from({ length: 200 }, () => lease(vault, kept, randomUUID())));
  expect(network.mostInFlight()).toBeGreaterThanOrEqual(200);
  expect(leases.filter(Boolean)).toHaveLength(1);
}

/** What every vault promises. */
export function describeVault(make: () => VaultSubject): void {
  describe('a vault', () => {
    let subject: VaultSubject;
    let vault: Vault;
    beforeAll(() => {
      subject = make();
      ({ vault } = subject);
    });

    it('gives back what it keeps, once a grant, and forgets it', async () => {
      const kept = await keptIn(vault);
      expect(kept).toMatchObject({
        ...{ idp: 'company', person: 'person.alice', stoodAt: now, keptAt: now },
      });
      expect(kept.sealed).toEqual(sealedAs('first'));
      await expect(vault.keep({ ...kept, unusedUntil, sealed: sealedAs('other') }, now)).rejects.toThrow(
        'kept for that',
      );
      expect(await vault.find(kept.grant)).toEqual(kept);
      for (let time = 0; time < 2; time += 1) {
        await vault.forget(kept.grant);
        expect(await vault.find(kept.grant)).toBeUndefined();
      }
    });

    it('keeps when a token ends, as each answer tells it', async () => {
      const kept = await keptIn(vault);
      expect(kept.endsAt).toBeUndefined();
      const ends = async (outcome: VaultOutcome) => {
        const before = (await vault.find(kept.grant))!;
        await lease(vault, before, outcome.kind);
        expect(await vault.settle(kept.grant, outcome.kind, outcome, now)).toBe(true);
        if (outcome.kind === 'rotated') await vault.settle(kept.grant, 'rotated', { kind: 'failed' }, now);
        return (await vault.find(kept.grant))?.endsAt;
      };
      const [sooner, later] = [after(now, 1_800), after(now, 3_600)];
      expect(await ends({ kind: 'stands', endsAt: sooner })).toBe(sooner);
      expect(await ends({ kind: 'failed' })).toBe(sooner);
      expect(await ends({ kind: 'failed', endsAt: later })).toBe(later);
      expect(await ends({ kind: 'rotated', sealed: sealedAs('second'), endsAt: sooner })).toBe(sooner);
      expect(await ends({ kind: 'rotated', sealed: sealedAs('third') })).toBeUndefined();
      expect(await ends({ kind: 'stands', endsAt: later })).toBe(later);
      expect(await ends({ kind: 'stands' })).toBeUndefined();
      const other = { ...kept, grant: randomUUID() as GrantId, sealed: sealedAs('first'), endsAt: later };
      await vault.keep({ ...other, unusedUntil }, now);
      expect((await vault.find(other.grant))?.endsAt).toBe(later);
    });

    it('leases to exactly one of two hundred callers, and again to that one', () => expectOneLease(make()));

    it('leases to another once a lease is over, and what the first one brings then is not taken', async () => {
      const kept = await keptIn(vault);
      expect(await lease(vault, kept, 'first')).toBe(true);
      expect(await lease(vault, kept, 'first')).toBe(true);
      expect(await lease(vault, kept, 'second', after(now, 14))).toBe(false);
      expect(await lease(vault, kept, 'second', after(now, 15))).toBe(true);
      const stands = { kind: 'stands', sealed: sealedAs('late') } as const;
      expect(await vault.settle(kept.grant, 'first', stands, after(now, 16))).toBe(false);
      expect((await vault.find(kept.grant))?.sealed).toEqual(sealedAs('first'));
    });

    it('keeps what nobody uses until its time is over, and leases and confirms it no more then', async () => {
      const kept = await keptIn(vault);
      expect(kept.unusedUntil).toBe(unusedUntil);
      expect(await lease(vault, kept, 'late', unusedUntil)).toBe(false);
      await vault.confirm(kept.grant, unusedUntil);
      expect(await vault.find(kept.grant)).toEqual(kept);
      expect(await lease(vault, kept, 'in time', after(unusedUntil, -1))).toBe(true);
    });

    it('keeps for good what is confirmed in time, again and again', async () => {
      const { unusedUntil: until, ...kept } = await keptIn(vault);
      expect(until).toBe(unusedUntil);
      for (const at of [after(unusedUntil, -1), unusedUntil, after(now, 86_400)]) {
        await vault.confirm(kept.grant, at);
        expect(await vault.find(kept.grant)).toEqual(kept);
      }
      expect(await lease(vault, kept, 'mine', after(now, 86_400))).toBe(true);
    });

    it('confirms through a lost reply, and amid an answer, which both stay', async () => {
      const { network } = subject;
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      network.loseNextReply('UpdateItem');
      await vault.confirm(kept.grant, now);
      const stands = { kind: 'stands', sealed: sealedAs('second') } as const;
      expect(await vault.settle(kept.grant, 'mine', stands, now)).toBe(true);
      const left = (await vault.find(kept.grant))!;
      expect([left.unusedUntil, left.sealed]).toEqual([undefined, sealedAs('second')]);
    });

    it('confirms nothing into being that was forgotten', async () => {
      const forgotten = await keptIn(vault);
      await vault.forget(forgotten.grant);
      await vault.confirm(forgotten.grant, now);
      expect(await vault.find(forgotten.grant)).toBeUndefined();
    });

    it('keeps for good what somebody asks with', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      expect(await vault.settle(kept.grant, 'mine', { kind: 'failed' }, now)).toBe(true);
      expect((await vault.find(kept.grant))?.unusedUntil).toBeUndefined();
    });

    it('writes back what came of asking and gives the lease back, in one write', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      const stands = { kind: 'stands', groups: ['staff', 'golf'], sealed: sealedAs('second') } as const;
      expect(await vault.settle(kept.grant, 'mine', stands, after(now, 3))).toBe(true);
      const { lease: left, ...settled } = (await vault.find(kept.grant))!;
      expect(left).toBeUndefined();
      expect(settled).toMatchObject({ ...{ groups: ['staff', 'golf'], stoodAt: after(now, 3) } });
      expect(settled.sealed).toEqual(sealedAs('second'));
      // Who read the first token must not send it any more: it is spent.
      expect(await lease(vault, kept, 'another', after(now, 60))).toBe(false);
      expect(await lease(vault, settled, 'another', after(now, 60))).toBe(true);
    });

    it('keeps what was rotated where the rest of an answer failed', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      const failed = { kind: 'failed', sealed: sealedAs('second') } as const;
      expect(await vault.settle(kept.grant, 'mine', failed, after(now, 3))).toBe(true);
      const left = (await vault.find(kept.grant))!;
      expect(left).toMatchObject({ failedAt: after(now, 3), stoodAt: now });
      expect(left.sealed).toEqual(sealedAs('second'));
    });

    it('keeps no token of whom the provider has refused, and leases it to nobody', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      const ended = { kind: 'ended', reason: 'upstream_refused' } as const;
      expect(await vault.settle(kept.grant, 'mine', ended, after(now, 3))).toBe(true);
      const left = (await vault.find(kept.grant))!;
      expect(left.ended).toEqual({ reason: 'upstream_refused', at: after(now, 3) });
      expect(left.sealed).toBeUndefined();
      expect(await lease(vault, left, 'another', after(now, 60))).toBe(false);
    });

    it('keeps what was rotated while its lease goes on, for nobody who read the spent one', async () => {
      const { network } = subject;
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      network.loseNextReply('UpdateItem');
      const rotated = { kind: 'rotated', sealed: sealedAs('second') } as const;
      expect(await vault.settle(kept.grant, 'mine', rotated, now)).toBe(true);
      expect(await vault.settle(kept.grant, 'another', rotated, now)).toBe(false);
      const left = (await vault.find(kept.grant))!;
      expect([left.sealed, left.unusedUntil, left.lease?.attempt]).toEqual([
        sealedAs('second'),
        undefined,
        'mine',
      ]);
      expect(left).toMatchObject({ stoodAt: now, lease: { attempt: 'mine' } });
      expect(await lease(vault, kept, 'late', after(now, 60))).toBe(false);
      expect(await lease(vault, left, 'late', after(now, 60))).toBe(true);
    });

    it('keeps what a token was exchanged for beside it, and forgets it with it', async () => {
      const kept = await keptIn(vault);
      const derived = [
        { name: 'one', until: after(now, 240), sealed: sealedAs('exchanged') },
        { name: 'two', until: after(now, 5), refusal: '{"kind":"consent_required"}' },
      ];
      await lease(vault, kept, 'mine');
      expect(await vault.settle(kept.grant, 'mine', { kind: 'derived', derived }, now)).toBe(true);
      const left = (await vault.find(kept.grant))!;
      expect([left.derived, left.sealed, left.lease]).toEqual([derived, sealedAs('first'), undefined]);
      await lease(vault, left, 'again');
      await vault.settle(kept.grant, 'again', { kind: 'ended', reason: 'upstream_refused' }, now);
      expect((await vault.find(kept.grant))?.derived).toBeUndefined();
    });

    it('renews what its provider took no more, for the same person, once', async () => {
      const kept = await keptIn(vault);
      const { grant, idp, person } = kept;
      const endsAt = after(now, 1_800);
      const again = { grant, idp, person, sealed: sealedAs('again'), endsAt, attempt: 'mine' };
      expect(await vault.renew(again, now)).toBe(false);
      await lease(vault, kept, 'asked');
      await vault.settle(grant, 'asked', { kind: 'ended', reason: 'interaction_required' }, now);
      for (const other of [
        { person: 'person.bob' as PersonId },
        { idp: 'another' as IdpId },
        { client: 'their-client' as ClientId },
        { grant: randomUUID() as GrantId },
      ]) {
        expect(await vault.renew({ ...again, ...other }, now)).toBe(false);
      }
      subject.network.loseNextReply('UpdateItem');
      const later = after(now, 60);
      expect(await vault.renew(again, later)).toBe(true);
      expect(await vault.renew(again, later)).toBe(true);
      expect(await vault.renew({ ...again, attempt: 'another' }, later)).toBe(false);
      const renewed = (await vault.find(grant))!;
      expect(renewed).toMatchObject({ sealed: sealedAs('again'), endsAt, stoodAt: later });
      expect([renewed.ended, renewed.lease, renewed.version]).toEqual([undefined, undefined, 3]);
      expect(await lease(vault, renewed, 'next')).toBe(true);
    });

    it('renews nothing that has ended by a word against the person', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'asked');
      await vault.settle(kept.grant, 'asked', { kind: 'ended', reason: 'upstream_refused' }, now);
      const { grant, idp, person } = kept;
      const again = { grant, idp, person, sealed: sealedAs('again'), attempt: 'mine' };
      expect(await vault.renew(again, now)).toBe(false);
      expect((await vault.find(grant))?.sealed).toBeUndefined();
    });

    it('takes a lost reply for the success that it was', async () => {
      const { network } = subject;
      network.loseNextReply('PutItem');
      const kept = await keptIn(vault);
      network.loseNextReply('UpdateItem');
      expect(await lease(vault, kept, 'mine')).toBe(true);
      network.loseNextReply('UpdateItem');
      const stands = { kind: 'stands', sealed: sealedAs('second') } as const;
      expect(await vault.settle(kept.grant, 'mine', stands, now)).toBe(true);
      expect(await vault.settle(kept.grant, 'mine', stands, now)).toBe(true);
      expect(await vault.settle(kept.grant, 'another', stands, now)).toBe(false);
      expect((await vault.find(kept.grant))?.version).toBe(kept.version + 1);
      network.loseNextReply('DeleteItem');
      await vault.forget(kept.grant);
      expect(await vault.find(kept.grant)).toBeUndefined();
    });

    it('brings nothing back that was forgotten while somebody asked', async () => {
      const kept = await keptIn(vault);
      await lease(vault, kept, 'mine');
      await vault.forget(kept.grant);
      expect(await vault.settle(kept.grant, 'mine', { kind: 'stands' }, now)).toBe(false);
      expect(await lease(vault, kept, 'another')).toBe(false);
      expect(await vault.find(kept.grant)).toBeUndefined();
    });
  });
}
