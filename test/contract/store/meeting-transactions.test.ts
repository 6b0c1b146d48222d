import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { dynamoClientRegistrations } from '../../../lambdas/adapters/dynamodb/client-registrations.ts';
import {
  dynamoRegistrationTokens,
  dynamoRegistrationTokenStore,
} from '../../../lambdas/adapters/dynamodb/registration-tokens.ts';
import type { RegistrationToken } from '../../../lambdas/ports/registration-tokens.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { aClient } from './mothers.ts';
import { inFreshWorld } from './world.ts';

const now = instant(1_800_000_000);
const token: RegistrationToken = {
  ...{ id: 'rt_token', name: 'Team', digest: 'digest', uses: { most: 100, made: 0 } },
  ...{ createdAt: now, createdBy: 'arn', expiresAt: after(now, 3_600) },
};

/** DynamoDB as it is, and our engines are not: it cancels a transaction that comes while another has hold of an item. */
function cancelsThoseThatMeet(client: DynamoDBClient): DynamoDBClient {
  let isHeld = false;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== 'TransactWriteItemsCommand') return next(args);
        if (isHeld) throw met();
        isHeld = true;
        try {
          return await next(args);
        } finally {
          isHeld = false;
        }
      },
    { step: 'initialize', name: 'cancelsThoseThatMeet' },
  );
  return client;
}

/** The same, with somebody in the way at the first `times` tries. */
function cancelsFirst(client: DynamoDBClient, times: number): { readonly tries: () => number } {
  let tries = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName !== 'TransactWriteItemsCommand') return next(args);
        tries += 1;
        if (tries <= times) throw met();
        return next(args);
      },
    { step: 'initialize', name: 'cancelsFirst' },
  );
  return { tries: () => tries };
}

function met(): TransactionCanceledException {
  return new TransactionCanceledException({
    ...{ $metadata: {}, message: 'Transaction cancelled' },
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  });
}

describe('a transaction that meets another', () => {
  it('is tried again, and written once', () =>
    inFreshWorld(async ({ client, farClient, registry: table }) => {
      await dynamoRegistrationTokenStore({ client, table }).create(token);
      const far = farClient();
      const { tries } = cancelsFirst(far, 3);
      const tokens = dynamoRegistrationTokens({ client: far, table });
      expect(await tokens.register(token, aClient(), now, 'request')).toBe(true);
      expect(tries()).toBe(4);
      expect((await tokens.find(token.id))?.uses?.made).toBe(1);
    }));

  it('comes to nothing that meets others at every try, and whoever asked is told to come again', () =>
    inFreshWorld(async ({ client, farClient, registry: table, grants }) => {
      await dynamoRegistrationTokenStore({ client, table }).create(token);
      const far = farClient();
      cancelsFirst(far, 100);
      const thing = aClient();
      const tokens = dynamoRegistrationTokens({ client: far, table });
      await expect(tokens.register(token, thing, now, 'request')).rejects.toThrow(DependencyUnavailable);
      expect((await tokens.find(token.id))?.uses?.made).toBe(0);
      const { find } = dynamoClientRegistrations({ client, table, grants });
      expect(await find(thing.id)).toBeUndefined();
    }));

  it('counts, of a crowd, one use for each that is told that it registered', () =>
    inFreshWorld(async ({ client, farClient, registry: table, grants }) => {
      await dynamoRegistrationTokenStore({ client, table }).create(token);
      const tokens = dynamoRegistrationTokens({ client: cancelsThoseThatMeet(farClient()), table });
      const { find } = dynamoClientRegistrations({ client, table, grants });
      const crowd = Array.from({ length: 30 }, () => aClient());
      const told = await Promise.allSettled(
        crowd.map((thing) => tokens.register(token, thing, now, 'request')),
      );
      const registered = told.map(({ status }) => status === 'fulfilled');
      const kept = await Promise.all(crowd.map(async ({ id }) => (await find(id)) !== undefined));
      expect(kept).toEqual(registered);
      expect(registered).toContain(true);
      expect((await tokens.find(token.id))?.uses?.made).toBe(registered.filter(Boolean).length);
    }));
});
