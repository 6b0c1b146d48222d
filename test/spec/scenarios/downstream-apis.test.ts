import { afterEach, describe, expect } from 'vitest';
import type { GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { driveApis, tokenIn } from '../support/api-driver.ts';
import { random } from '../support/downstream-driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(driveApis);
afterEach(() => {
  driver.mend();
});

const notKept = { told: 'not_exchanged', refusal: { kind: 'not_kept' } };

describe('a token of an API', () => {
  verifies(
    'rfc8693:2.1:upstream-request',
    'is asked for as the provider calls the scope, by a token of the person that was refreshed for it',
    async () => {
      const kept = await driver.aGrant();
      const answer = await driver.exchange(kept, { scopes: ['write', 'read', 'unknown'] });
      expect(answer).toMatchObject({
        told: 'exchanged',
        token: {
          issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
          scopes: ['read', 'write'],
        },
      });
      const { form } = driver.exchanges.requests.at(-1)!;
      expect(form['scope']).toBe('files.read files.write');
      expect(driver.first.given).toContain(form['subject_token']);
      expect(driver.exchanges.given.at(-1)).toBe(tokenIn(answer));
    },
  );

  verifies(
    'vestibule:api-once',
    'is asked for once, however many ask at once, and given to all of them',
    async () => {
      const kept = await driver.aGrant();
      driver.first.play({ slow: 300 });
      const tokens = new Set<string>();
      expect(
        await driver.asking(async () => {
          const answers = await Promise.all(Array.from({ length: 200 }, () => driver.exchange(kept)));
          for (const answer of answers) tokens.add(tokenIn(answer));
        }),
      ).toEqual([1, 1]);
      expect(tokens.size).toBe(1);
    },
    60_000,
  );

  verifies('vestibule:api-once', 'is remembered until a minute before its end', async () => {
    const kept = await driver.aGrant();
    const first = tokenIn(await driver.exchange(kept));
    driver.later(237);
    expect(tokenIn(await driver.exchange(kept))).toBe(first);
    driver.later(4);
    expect(tokenIn(await driver.exchange(kept))).not.toBe(first);
  });

  verifies(
    'vestibule:api-once',
    'is that of one person, one who acts, one API and one scope, and of nobody else',
    async () => {
      const [kept, another] = [await driver.aGrant(), await driver.aGrant()];
      const tokens = [
        await driver.exchange(kept),
        await driver.exchange(another),
        await driver.exchange(kept, { actor: 'other' }),
        await driver.exchange(kept, { api: 'mail' }),
        await driver.exchange(kept, { scopes: ['write'] }),
        await driver.exchange(kept, { scopes: ['write', 'read'] }),
      ].map(tokenIn);
      expect(new Set(tokens).size).toBe(6);
      expect(tokenIn(await driver.exchange(kept, { scopes: ['read', 'write'] }))).toBe(tokens[5]);
      expect(tokenIn(await driver.exchange(kept))).toBe(tokens[0]);
    },
  );

  verifies(
    'vestibule:api-once',
    'is remembered among the last eight, and asked for anew after them',
    async () => {
      const kept = await driver.aGrant();
      const first = tokenIn(await driver.exchange(kept));
      for (let other = 0; other < 7; other += 1) await driver.exchange(kept, { actor: `other-${other}` });
      expect(tokenIn(await driver.exchange(kept))).toBe(first);
      await driver.exchange(kept, { actor: 'one more' });
      expect(tokenIn(await driver.exchange(kept))).not.toBe(first);
    },
  );

  verifies('vestibule:api-ends', 'ends with what it was exchanged from', async () => {
    const kept = await driver.aGrant();
    await driver.exchange(kept);
    await driver.ask({ ask: 'forget', grant: kept.grant as GrantId });
    expect(await driver.exchange(kept)).toEqual(notKept);

    const refusedThere = await driver.aGrant();
    await driver.exchange(refusedThere);
    driver.later(61);
    driver.first.play({ refreshError: 'invalid_grant' });
    await driver.standing(refusedThere.grant);
    const ended = { told: 'not_exchanged', refusal: { kind: 'ended', reason: 'upstream_refused' } };
    expect(await driver.exchange(refusedThere)).toEqual(ended);
  });

  verifies(
    'vestibule:api-ends',
    'is none where another person comes back in the place of the first',
    async () => {
      const kept = await driver.aGrant();
      driver.first.play({ person: { sub: 'eve' } });
      expect(
        await driver.asking(async () => {
          expect(await driver.exchange(kept)).toEqual({
            told: 'not_exchanged',
            refusal: { kind: 'ended', reason: 'upstream_other_person' },
          });
        }),
      ).toEqual([0, 1]);
    },
  );

  verifies('vestibule:api-ends', 'is given on the grant of that person at that provider alone', async () => {
    const kept = await driver.aGrant();
    expect(
      await driver.asking(async () => {
        expect(await driver.exchange({ ...kept, person: 'person.another' })).toEqual(notKept);
        expect(await driver.exchange({ ...kept, grant: random() })).toEqual(notKept);
        expect(await driver.exchange(kept, { api: 'theirs' })).toEqual(notKept);
        expect(await driver.exchange(kept, { api: 'nowhere' })).toEqual({
          ...notKept,
          refusal: { kind: 'api_gone' },
        });
      }),
    ).toEqual([0, 0]);
  });

  verifies(
    'vestibule:api-lost-reply',
    'leaves the person standing, with the token that the provider has rotated to',
    async () => {
      const kept = await driver.aGrant();
      for (const fails of [false, true, false]) {
        driver.exchanges.play(() => (fails ? { status: 500, body: {} } : undefined));
        await driver.exchange(kept, { actor: random() });
        driver.later(61);
        expect(await driver.standing(kept.grant)).toMatchObject({ standing: { kind: 'stands' } });
      }
    },
  );
});

describe('through failures of AWS', () => {
  verifies(
    'vestibule:api-lost-reply',
    'a token is given at a lost reply and at a throttled call, of every kind',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      for (const action of ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'kms:Decrypt']) {
        for (const fault of ['timeout@1', 'timeout@2', 'timeout@3', 'throttle@1-2'] as const) {
          const kept = await driver.aGrant();
          faults.add(`${action}~Downstream=${fault}`);
          const first = tokenIn(await driver.exchange(kept));
          faults.clear();
          expect([action, fault, tokenIn(await driver.exchange(kept))]).toEqual([action, fault, first]);
          driver.later(61);
          expect(await driver.standing(kept.grant)).toMatchObject({ standing: { kind: 'stands' } });
        }
      }
    },
    120_000,
  );

  verifies(
    'vestibule:api-lost-reply',
    'who was gone after the refresh has lost nothing of it',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      const kept = await driver.aGrant();
      // The lease, and what the provider rotated to, are written; what came of the exchange is not.
      faults.add('dynamodb:UpdateItem~Downstream=crash@3');
      await driver.exchange(kept).catch(() => undefined);
      faults.clear();
      driver.later(27);
      expect((await driver.exchange(kept)).told).toBe('exchanged');
    },
    60_000,
  );
});

verifies(
  'vestibule:api-secrets',
  'no log holds a token of an API, and no item one that is not sealed',
  async () => {
    const kept = await driver.aGrant();
    await driver.exchange(kept);
    const log = driver.deployment.log.join('\n');
    const rest = JSON.stringify(await itemsAtRest(driver.deployment, 'VaultTable'));
    for (const canary of [...driver.first.given, ...driver.exchanges.given]) {
      expect(log).not.toContain(canary);
      expect(rest).not.toContain(canary);
    }
  },
);
