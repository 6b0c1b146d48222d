import { afterEach, describe, expect } from 'vitest';
import { refused } from '../../support/played-exchanges.ts';
import { type AskedOfMachine, driveApis, mintedIn } from '../support/api-driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(driveApis);
/** Past every token that was given, so that each scenario starts with none. */
afterEach(() => {
  driver.mend();
  driver.later(400);
});

const notAllowed = { told: 'not_minted', refusal: { kind: 'not_allowed' } };

/** How often the provider is asked meanwhile. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  const [times] = await driver.asking(work);
  return times;
}

describe('a token that an agent gets as itself', () => {
  verifies(
    'rfc6749:4.4.2:upstream-machine-token',
    'is asked for with our own credentials, as the provider calls the API and the scopes',
    async () => {
      const answer = await driver.mint({ scopes: ['write', 'read'] });
      expect(answer).toMatchObject({ told: 'minted', token: { scopes: ['read', 'write'] } });
      expect(mintedIn(answer)).toBe(driver.exchanges.given.at(-1));
      expect(driver.exchanges.requests.at(-1)).toMatchObject({
        client: 'vestibule',
        form: { grant_type: 'client_credentials', audience: 'files', scope: 'files.read files.write' },
      });
    },
  );

  const denied: readonly (readonly [string, AskedOfMachine])[] = [
    ['an agent that the API does not name', { agent: 'analyst' }],
    ['a scope that the API does not have', { scopes: ['read', 'delete'] }],
    ['no scope', { scopes: [] }],
    ['an API that names no agent', { api: 'mail' }],
  ];
  for (const [what, of] of denied) {
    verifies('rfc6749:4.4.2:upstream-machine-token', `is none for ${what}`, async () => {
      expect(
        await asked(async () => {
          expect(await driver.mint(of)).toEqual(notAllowed);
        }),
      ).toBe(0);
    });
  }

  verifies('rfc6749:4.4.2:upstream-machine-token', 'is none of an API that is nowhere', async () => {
    expect(await driver.mint({ api: 'nowhere' })).toEqual({ ...notAllowed, refusal: { kind: 'api_gone' } });
  });

  verifies(
    'vestibule:machine-token-once',
    'is asked for once by two hundred, and given to all of them',
    async () => {
      driver.exchanges.play(() => undefined);
      const tokens = new Set<string>();
      expect(
        await asked(async () => {
          const answers = await Promise.all(Array.from({ length: 200 }, () => driver.mint()));
          for (const answer of answers) tokens.add(mintedIn(answer));
        }),
      ).toBe(1);
      expect(tokens.size).toBe(1);
    },
    60_000,
  );

  verifies('vestibule:machine-token-once', 'is remembered until a minute before its end', async () => {
    const first = mintedIn(await driver.mint());
    driver.later(235);
    expect(mintedIn(await driver.mint())).toBe(first);
    driver.later(6);
    expect(mintedIn(await driver.mint())).not.toBe(first);
  });

  verifies('vestibule:machine-token-once', 'is that of its scopes, in whatever order', async () => {
    const both = mintedIn(await driver.mint({ scopes: ['write', 'read'] }));
    expect(mintedIn(await driver.mint())).not.toBe(both);
    expect(mintedIn(await driver.mint({ scopes: ['read', 'write'] }))).toBe(both);
  });

  verifies(
    'vestibule:machine-token-once',
    'is got anew before four fifths of its life for whoever asks ahead, and for nobody before three',
    async () => {
      const answer = await driver.mint();
      const first = mintedIn(answer);
      // It is good for 300 seconds, and given for 240 of them.
      const now = driver.deployment.run.clock.now() / 1_000;
      if (answer.told !== 'minted') throw new Error(answer.told);
      expect(answer.askAgainBy! - now).toBeGreaterThan(185);
      expect(answer.askAgainBy! - now).toBeLessThanOrEqual(192);
      driver.later(135);
      expect(mintedIn(await driver.mint({ ahead: true }))).toBe(first);
      driver.later(15);
      expect(mintedIn(await driver.mint())).toBe(first);
      const second = mintedIn(await driver.mint({ ahead: true }));
      expect(second).not.toBe(first);
      expect(mintedIn(await driver.mint())).toBe(second);
    },
  );

  verifies(
    'vestibule:machine-token-once',
    'is asked for by each where the provider does not say when it ends',
    async () => {
      driver.exchanges.play(() => driver.exchanges.give({ expires_in: undefined }));
      const first = await driver.mint();
      expect(first).not.toHaveProperty('askAgainBy');
      expect(mintedIn(await driver.mint())).not.toBe(mintedIn(first));
    },
  );
});

describe('where the provider gives none', () => {
  verifies(
    'vestibule:machine-token-down',
    'what is remembered is given, and whoever asks ahead is told who is down',
    async () => {
      const first = mintedIn(await driver.mint());
      driver.later(150);
      driver.exchanges.play(() => 'hang up');
      const down = { told: 'unavailable', dependency: 'identity provider first' };
      expect(await driver.mint({ ahead: true })).toMatchObject(down);
      expect(mintedIn(await driver.mint())).toBe(first);
      driver.later(91);
      expect(await driver.mint()).toMatchObject(down);
      driver.exchanges.play();
      driver.later(6);
      expect(mintedIn(await driver.mint())).not.toBe(first);
    },
  );

  verifies('vestibule:machine-token-down', 'nobody asks again for five seconds', async () => {
    driver.exchanges.play(() => ({ status: 500, body: {} }));
    expect(
      await asked(async () => {
        for (let asks = 0; asks < 3; asks += 1) {
          expect(await driver.mint()).toMatchObject({ told: 'unavailable' });
        }
      }),
    ).toBe(1);
  });

  const faults = [
    ['unauthorized_client', 400, 'agents_not_allowed', /^Let the client vestibule get tokens as itself: /],
    ['access_denied', 403, 'agents_not_allowed', /^Let the client vestibule get tokens as itself: /],
    ['invalid_scope', 400, 'scope_not_allowed', /^Let the client vestibule have the scopes of the API/],
    ['invalid_client', 401, 'credentials_refused', /^Put the secret of the client vestibule/],
  ] as const;
  for (const [error, status, fault, fix] of faults) {
    verifies('vestibule:machine-token-down', `${error} is told with what to mend there`, async () => {
      driver.exchanges.play(() => refused(error, {}, status));
      const told = {
        told: 'not_minted',
        refusal: { kind: 'refused', error, fault, fix: expect.stringMatching(fix) as string },
      };
      expect(
        await asked(async () => {
          expect(await driver.mint()).toEqual(told);
          // Of its own words nothing is passed on, and nobody asks again for a moment.
          expect(await driver.mint()).toMatchObject({ told: 'not_minted', refusal: { fault } });
        }),
      ).toBe(1);
      driver.exchanges.play();
      driver.later(6);
      expect((await driver.mint()).told).toBe('minted');
    });
  }

  verifies(
    'vestibule:machine-token-down',
    'a token that is bound to a key is passed on to nobody',
    async () => {
      driver.exchanges.play(() => driver.exchanges.give({ token_type: 'DPoP' }));
      expect(await driver.mint()).toMatchObject({ refusal: { fault: 'exchanged_tokens_bound' } });
    },
  );
});

describe('through failures of AWS', () => {
  verifies(
    'vestibule:machine-token-once',
    'a token is given at a lost reply and at a throttled call, of every kind',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      for (const action of [
        'dynamodb:GetItem',
        'dynamodb:UpdateItem',
        'kms:GenerateDataKey',
        'kms:Decrypt',
      ]) {
        for (const fault of ['timeout@1', 'timeout@2', 'throttle@1-2'] as const) {
          faults.add(`${action}~Downstream=${fault}`);
          const first = mintedIn(await driver.mint());
          faults.clear();
          expect([action, fault, mintedIn(await driver.mint())]).toEqual([action, fault, first]);
          driver.later(400);
        }
      }
    },
    120_000,
  );

  verifies(
    'vestibule:machine-token-once',
    'who was gone before the token was kept holds up nobody for longer than half a minute',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      // The lease is written; what came of it is not.
      faults.add('dynamodb:UpdateItem~Downstream=crash@2');
      await driver.mint().catch(() => undefined);
      faults.clear();
      driver.later(27);
      expect((await driver.mint()).told).toBe('minted');
    },
    60_000,
  );
});

verifies(
  'vestibule:api-secrets',
  'no log holds a token of an agent, and no item one that is not sealed',
  async () => {
    await driver.mint();
    const log = driver.deployment.log.join('\n');
    const rest = JSON.stringify(await itemsAtRest(driver.deployment, 'VaultTable'));
    expect(rest).toContain('machine-token#');
    for (const canary of driver.exchanges.given) {
      expect(log).not.toContain(canary);
      expect(rest).not.toContain(canary);
    }
  },
);
