import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientRegistrations } from '../../../lambdas/ports/client-registrations.ts';
import type {
  RegistrationToken,
  RegistrationTokens,
  RegistrationTokenStore,
} from '../../../lambdas/ports/registration-tokens.ts';
import type { Client } from '../../../lambdas/ports/registry.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId } from '../../../lambdas/runtime/identifiers.ts';
import { aClient, fresh } from './mothers.ts';
import type { UnrulyNetwork } from './unruly-network.ts';

export interface RegistrationTokenSubject {
  readonly tokens: RegistrationTokens;
  readonly store: RegistrationTokenStore;
  readonly clients: Pick<ClientRegistrations, 'find'>;
  readonly network: UnrulyNetwork;
}

const now = instant(1_800_000_000);

function aToken(overrides: Partial<RegistrationToken> = {}): RegistrationToken {
  return {
    ...{ id: fresh('rt'), name: 'Team', digest: fresh('digest'), createdAt: now },
    ...{ expiresAt: after(now, 3_600), createdBy: 'arn:aws:iam::123456789012:role/operator' },
    ...overrides,
  };
}

const usable = (most: number): Partial<RegistrationToken> => ({ uses: { most, made: 0 } });

/** A client with a record of its own, as one is that came by the token. */
function admittedBy({ id }: RegistrationToken): Client {
  return aClient({
    ...{ id: fresh('dyn_client') as ClientId, consent: 'asked', expiresAt: after(now, 86_400) },
    ...{ authentication: { method: 'none' }, managedBy: { kind: 'self' } },
    registered: { metadata: {}, tokenDigest: 'd', awaitsApproval: false, registrationTokenId: id },
  });
}

/** Hundreds use one token at once, of which some are told that they registered, and those alone have. */
export async function expectExactlyItsUses(subject: RegistrationTokenSubject): Promise<void> {
  const token = aToken(usable(7));
  await subject.store.create(token);
  const crowd = Array.from({ length: 300 }, () => admittedBy(token));
  const told = await Promise.all(
    crowd.map((client) => subject.tokens.register(token, client, now, randomUUID())),
  );
  const kept = await Promise.all(crowd.map(async ({ id }) => (await subject.clients.find(id)) !== undefined));
  expect(kept).toEqual(told);
  expect(told.filter(Boolean)).toHaveLength(7);
  expect((await subject.tokens.find(token.id))?.uses).toEqual({ most: 7, made: 7 });
}

/** What every store of initial access tokens promises. */
export function describeRegistrationTokens(make: () => RegistrationTokenSubject): void {
  describe('a store of initial access tokens', () => {
    let subject: RegistrationTokenSubject;
    beforeAll(() => {
      subject = make();
    });
    const kept = async (overrides: Partial<RegistrationToken> = {}): Promise<RegistrationToken> => {
      const token = aToken(overrides);
      await subject.store.create(token);
      return token;
    };
    const register = (token: RegistrationToken, client = admittedBy(token), at = now): Promise<boolean> =>
      subject.tokens.register(token, client, at, randomUUID());
    const bothKinds: readonly Partial<RegistrationToken>[] = [usable(3), {}];

    it('gives back what it keeps to operators and to registration, and nothing for another id', async () => {
      for (const token of [await kept(usable(3)), await kept()]) {
        expect(await subject.store.find(token.id)).toEqual(token);
        expect(await subject.tokens.find(token.id)).toEqual(token);
      }
      expect(await subject.store.find(fresh('rt'))).toBeUndefined();
      expect(await subject.tokens.find(fresh('rt'))).toBeUndefined();
    });

    it('lists each once, page by page, and knows no cursor of others', async () => {
      const ids = await Promise.all(Array.from({ length: 5 }, async () => (await kept()).id));
      const listed: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await subject.store.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
        listed.push(...page!.things.map(({ id }) => id));
        cursor = page!.cursor;
      } while (cursor !== undefined);
      expect(listed.filter((id) => ids.includes(id))).toEqual(ids.toSorted());
      expect(await subject.store.list({ limit: 2, cursor: 'no cursor' })).toBeUndefined();
    });

    it('registers exactly as many clients as a token is for, of three hundred at once', () =>
      expectExactlyItsUses(subject));

    it('registers any number by a token that nobody counts', async () => {
      const token = await kept();
      const crowd = Array.from({ length: 20 }, () => admittedBy(token));
      expect(await Promise.all(crowd.map((client) => register(token, client)))).not.toContain(false);
      for (const client of crowd) expect((await subject.clients.find(client.id))?.client).toEqual(client);
      expect(await subject.tokens.find(token.id)).toEqual(token);
    });

    it.each(bothKinds)('takes a lost reply for the success that it was: %j', async (kind) => {
      const token = aToken(kind);
      subject.network.loseNextReply('PutItem');
      await subject.store.create(token);
      const client = admittedBy(token);
      subject.network.loseNextReply('TransactWriteItems');
      expect(await register(token, client)).toBe(true);
      // A try of another run of the function, which the SDK's own token for retries does not tie to the first.
      expect(await register(token, client)).toBe(true);
      const made = kind.uses && { uses: { ...kind.uses, made: 1 } };
      expect(await subject.tokens.find(token.id)).toEqual({ ...token, ...made });
      expect((await subject.clients.find(client.id))?.client).toEqual(client);
    });

    it('takes a lost reply of the last use for the success that it was', async () => {
      const token = await kept(usable(1));
      const client = admittedBy(token);
      subject.network.loseNextReply('TransactWriteItems');
      expect(await register(token, client)).toBe(true);
      expect(await register(token, client)).toBe(true);
      expect(await register(token)).toBe(false);
    });

    it.each(bothKinds)('registers nothing from its end on: %j', async (kind) => {
      const token = await kept(kind);
      const late = admittedBy(token);
      expect(await register(token, late, token.expiresAt)).toBe(false);
      expect(await subject.clients.find(late.id)).toBeUndefined();
      expect(await register(token, late, instant(token.expiresAt - 1))).toBe(true);
    });

    it.each(bothKinds)(
      'registers nothing once it is removed, by whoever read it before: %j',
      async (kind) => {
        const token = await kept(kind);
        const [early, late] = [admittedBy(token), admittedBy(token)];
        expect(await register(token, early)).toBe(true);
        subject.network.loseNextReply('DeleteItem');
        await subject.store.remove(token.id);
        await subject.store.remove(token.id);
        expect(await register(token, late)).toBe(false);
        expect(await subject.tokens.find(token.id)).toBeUndefined();
        expect(await subject.clients.find(late.id)).toBeUndefined();
        expect((await subject.clients.find(early.id))?.client).toEqual(early);
      },
    );

    it('keeps no second token under an id', async () => {
      const token = await kept();
      await expect(subject.store.create(aToken({ id: token.id, name: 'Mallory' }))).rejects.toThrow();
      expect(await subject.store.find(token.id)).toEqual(token);
    });
  });
}
