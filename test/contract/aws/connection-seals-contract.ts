import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type {
  ConnectionBinding,
  ConnectionPart,
  ConnectionSeals,
  Holder,
  KeptSecret,
} from '../../../lambdas/ports/connections.ts';
import type {
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
} from '../../../lambdas/runtime/identifiers.ts';
import { Secret } from '../../../lambdas/runtime/secret.ts';

export interface ConnectionSealsSubject {
  readonly seals: ConnectionSeals;
  readonly ofAnotherDeployment: ConnectionSeals;
}

const alice = { kind: 'person', person: 'person.alice' as PersonId, idp: 'company' as IdpId } as const;

export function aBinding(overrides: Partial<ConnectionBinding> = {}): ConnectionBinding {
  const connection = randomBytes(16).toString('base64url') as ConnectionId;
  return { provider: 'github' as EgressProviderId, holder: alice, connection, ...overrides };
}

const canary = 'canary-of-a-third-party';

/** What sealing promises, wherever what is sealed is kept. */
export function describeConnectionSeals(make: () => ConnectionSealsSubject): void {
  const kept = async (binding: ConnectionBinding, part: ConnectionPart, text = canary): Promise<KeptSecret> =>
    (await make().seals.prepare(binding))(part, new Secret(text));

  const holders: readonly (readonly [string, Holder])[] = [
    ['a person', alice],
    ['a group', { kind: 'group', group: 'build-bots' }],
    ['the deployment', { kind: 'service' }],
  ];
  it.each(holders)('opens for %s what was sealed for them, each part for itself', async (_, holder) => {
    const { seals } = make();
    const binding = aBinding({ holder });
    const seal = await seals.prepare(binding);
    const [access, grant] = [await seal('access', new Secret('one')), await seal('grant', new Secret('two'))];
    expect((await seals.open(binding, 'access', access)).reveal()).toBe('one');
    expect((await seals.open(binding, 'grant', grant)).reveal()).toBe('two');
    await expect(seals.open(binding, 'grant', access)).rejects.toThrow(/./);
    await expect(seals.open(binding, 'access', grant)).rejects.toThrow(/./);
  });

  it('opens what was sealed before as long as it is kept, beside what was sealed since', async () => {
    const { seals } = make();
    const binding = aBinding();
    const [first, second] = [await kept(binding, 'grant', 'first'), await kept(binding, 'grant', 'second')];
    expect((await seals.open(binding, 'grant', first)).reveal()).toBe('first');
    expect((await seals.open(binding, 'grant', second)).reveal()).toBe('second');
  });

  describe('opens nothing that was moved', () => {
    const own = aBinding();
    const others: readonly (readonly [string, ConnectionBinding])[] = [
      ['person', { ...own, holder: { ...alice, person: 'person.bob' as PersonId } }],
      ['tenant', { ...own, holder: { ...alice, idp: 'another' as IdpId } }],
      ['holder: a group', { ...own, holder: { kind: 'group', group: 'person.alice' } }],
      ['holder: the deployment', { ...own, holder: { kind: 'service' } }],
      ['provider', { ...own, provider: 'slack' as EgressProviderId }],
      ['connection', { ...own, connection: aBinding().connection }],
    ];
    it.each(others)('to another %s', async (_, other) => {
      const { seals } = make();
      for (const part of ['access', 'grant'] as const) {
        // Both have something of their own there.
        const [ofOwn, ofOther] = [await kept(own, part, 'own'), await kept(other, part, 'other')];
        await expect(seals.open(other, part, ofOwn)).rejects.toThrow(/./);
        await expect(seals.open(own, part, ofOther)).rejects.toThrow(/./);
        expect((await seals.open(other, part, ofOther)).reveal()).toBe('other');
      }
    });

    it('from one group to another, nor between a group and the deployment', async () => {
      const { seals } = make();
      const { connection } = aBinding();
      const bindings = ['build-bots', 'service', 'x'].map((group) =>
        aBinding({ connection, holder: { kind: 'group', group } }),
      );
      const all = [...bindings, aBinding({ connection, holder: { kind: 'service' } })];
      for (const [nth, binding] of all.entries()) {
        const sealed = await kept(binding, 'access');
        for (const [other, elsewhere] of all.entries()) {
          if (nth === other) continue;
          await expect(seals.open(elsewhere, 'access', sealed)).rejects.toThrow(/./);
        }
      }
    });

    it('to another deployment', async () => {
      const sealed = await kept(own, 'access');
      await expect(make().ofAnotherDeployment.open(own, 'access', sealed)).rejects.toThrow(/./);
    });
  });

  it('shows nothing of it in what is kept, nor in a refusal', async () => {
    const { seals } = make();
    const binding = aBinding();
    const sealed = await kept(binding, 'access');
    const elsewhere = aBinding();
    const error: unknown = await seals.open(elsewhere, 'access', sealed).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const shown = inspect([sealed, error], { depth: Infinity, showHidden: true });
    expect(shown).not.toContain(canary);
    expect(shown).not.toContain(Buffer.from(canary).toString('base64').slice(0, 20));
  });

  it('has forgotten it, again and again, and needs nothing to be there', async () => {
    const { seals } = make();
    const binding = aBinding();
    await kept(binding, 'access');
    for (let time = 0; time < 2; time += 1) await expect(seals.forget(binding)).resolves.toBeUndefined();
    await expect(seals.forget(aBinding())).resolves.toBeUndefined();
  });
}
