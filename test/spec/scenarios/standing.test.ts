import { afterEach, describe, expect } from 'vitest';
import type { DownstreamAnswer } from '../../../lambdas/ports/downstream.ts';
import type { GrantId } from '../../../lambdas/runtime/identifiers.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { driveDownstream, random } from '../support/downstream-driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(() => driveDownstream());
afterEach(() => {
  driver.first.play();
  driver.deployment.run.cloud.faults.clear();
});

/** Somebody signed in for work while they are away, and a minute and more has gone by. */
async function aGrant(): Promise<string> {
  const grant = random();
  expect(await driver.signIn('first', { keepFor: grant })).toMatchObject({
    signedIn: { keptUpstream: true },
  });
  later(61);
  return grant;
}

function later(seconds: number): void {
  driver.deployment.run.clock.advance(seconds);
}

const stands = (groups: readonly string[]): unknown => ({
  told: 'standing',
  standing: { kind: 'stands', groups },
});
const ended = (reason: string): unknown => ({ told: 'standing', standing: { kind: 'ended', reason } });

const toSignIn: unknown = { told: 'standing', standing: { kind: 'to_sign_in' } };
async function asking(work: () => Promise<unknown>): Promise<number> {
  const before = driver.first.refreshes();
  await work();
  return driver.first.refreshes() - before;
}

describe('a person who stands', () => {
  verifies(
    'vestibule:standing-once',
    'is asked about once a minute, however many ask',
    async () => {
      const grant = await aGrant();
      const all = (): Promise<DownstreamAnswer[]> =>
        Promise.all(Array.from({ length: 200 }, () => driver.standing(grant)));
      driver.first.play({ slow: 300 });
      expect(
        await asking(async () => {
          expect(new Set((await all()).map((answer) => JSON.stringify(answer)))).toEqual(
            new Set([JSON.stringify(stands(['staff']))]),
          );
        }),
      ).toBe(1);
      later(30);
      expect(await asking(() => driver.standing(grant))).toBe(0);
      later(35);
      expect(await asking(() => driver.standing(grant))).toBe(1);
    },
    60_000,
  );

  verifies('vestibule:standing-once', 'is not asked about in the minute after the sign-in', async () => {
    const grant = random();
    await driver.signIn('first', { keepFor: grant });
    expect(
      await asking(async () => {
        expect(await driver.standing(grant)).toEqual({ told: 'standing', standing: { kind: 'stands' } });
      }),
    ).toBe(0);
  });

  verifies('vestibule:standing-lost-reply', 'stands through one rotation after another', async () => {
    const grant = await aGrant();
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
      later(61);
    }
  });

  verifies('vestibule:standing-ends', 'has the groups that the provider tells of now', async () => {
    const grant = await aGrant();
    driver.first.play({ person: { sub: 'ann', groups: ['golf'] } });
    expect(await driver.standing(grant)).toEqual(stands(['golf']));
    later(61);
    driver.first.play({ person: { sub: 'ann' } });
    expect(await driver.standing(grant)).toEqual(stands([]));
    later(61);
    // Without an id_token, the userinfo endpoint tells.
    driver.first.play({ withoutIdTokenOnRefresh: true, userinfo: { sub: 'ann', groups: ['chess'] } });
    expect(await driver.standing(grant)).toEqual(stands(['chess']));
  });
});

describe('a person who has ended', () => {
  verifies('vestibule:standing-ends', 'has ended for good, and the provider is asked no more', async () => {
    const grant = await aGrant();
    driver.first.play({ refreshError: 'invalid_grant' });
    expect(await driver.standing(grant)).toEqual(ended('upstream_refused'));
    driver.first.play();
    later(61);
    expect(
      await asking(async () => {
        expect(await driver.standing(grant)).toEqual(ended('upstream_refused'));
      }),
    ).toBe(0);
  });

  verifies('oidc:12.2:refreshed-person', 'is one in whose place another comes back', async () => {
    const grant = await aGrant();
    driver.first.play({ person: { sub: 'eve', groups: ['staff'] } });
    expect(await driver.standing(grant)).toEqual(ended('upstream_other_person'));
  });

  verifies(
    'vestibule:standing-ends',
    'is not known where nothing was kept, or it was forgotten',
    async () => {
      const notKept = { told: 'standing', standing: { kind: 'not_kept' } };
      expect(await driver.standing(random())).toEqual(notKept);
      const grant = await aGrant();
      // A grant that was made through another provider is none of this one's.
      expect(await driver.standing(grant, 'second')).toEqual(notKept);
      for (let time = 0; time < 2; time += 1) {
        expect(await driver.ask({ ask: 'forget', grant: grant as GrantId })).toEqual({ told: 'forgotten' });
        expect(await driver.standing(grant)).toEqual(notKept);
      }
    },
  );

  verifies('vestibule:standing-ends', 'is everybody of a provider that is no more', async () => {
    expect(await driver.standing(await aGrant(), 'former')).toEqual(ended('idp_removed'));
  });
});

describe('an honest person stands', () => {
  const unavailable = { told: 'unavailable', dependency: 'identity provider first', retryAfterSeconds: 5 };
  const unauthorized = {
    ...{ status: 401, body: {}, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
  };
  const passing: readonly (readonly [string, Behaviour])[] = [
    ['is down', { status: 503 }],
    ['asks to wait', { status: 429 }],
    ['does not know us for a while', { refreshError: 'invalid_client' }],
    ['signs with a key that it does not publish', { signing: 'stranger' }],
    [
      'tells of somebody else at its userinfo endpoint',
      { withoutIdTokenOnRefresh: true, userinfo: { sub: 'eve' } },
    ],
    [
      'takes its own access token no more at its userinfo endpoint',
      { withoutIdTokenOnRefresh: true, answers: { '/userinfo': unauthorized } },
    ],
  ];

  verifies(
    'vestibule:standing-lost-reply',
    'after the provider failed, which is left alone for five seconds',
    async () => {
      for (const [what, behaviour] of passing) {
        const grant = await aGrant();
        driver.first.play(behaviour);
        expect([what, await driver.standing(grant)]).toEqual([what, unavailable]);
        driver.first.play();
        expect(await asking(() => driver.standing(grant))).toBe(0);
        later(6);
        expect([what, await driver.standing(grant)]).toEqual([what, stands(['staff'])]);
      }
    },
  );

  verifies('vestibule:standing-lost-reply', 'whose provider gives more than can be kept', async () => {
    const grant = await aGrant();
    driver.first.play({ tokens: { refresh_token: 'x'.repeat(16_385) } });
    expect(await driver.standing(grant)).toEqual(unavailable);
    // Nothing was kept of it: what was there before is what the provider is asked with.
    driver.first.play();
    later(6);
    const before = driver.first.requests.length;
    await driver.standing(grant);
    const [asked] = driver.first.requests.slice(before).filter(({ path }) => path === '/token');
    expect(asked?.parameters['refresh_token']).toMatch(/^refresh-canary-/);
  });

  verifies(
    'vestibule:standing-lost-reply',
    'through a lost reply, or a throttled call, at every call of AWS',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      const actions = [
        'dynamodb:GetItem',
        'dynamodb:UpdateItem',
        'kms:Decrypt',
        'dynamodb:PutItem',
        'kms:GenerateDataKey',
      ];
      for (const action of actions) {
        for (const fault of ['timeout@1', 'timeout@2', 'throttle@1-2'] as const) {
          const what = `${action}~Downstream=${fault}`;
          faults.clear();
          faults.add(what);
          const grant = await aGrant();
          expect([what, await driver.standing(grant)]).toEqual([what, stands(['staff'])]);
          later(61);
          expect([what, await driver.standing(grant)]).toEqual([what, stands(['staff'])]);
        }
      }
    },
    120_000,
  );

  verifies(
    'vestibule:standing-lost-reply',
    'though the keys of the provider are out of reach when it has rotated',
    async () => {
      const grant = await aGrant();
      driver.first.rotateKeys();
      driver.first.play({ down: ['/jwks'] });
      expect(await driver.standing(grant)).toEqual(unavailable);
      driver.first.play();
      later(6);
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
    },
  );

  verifies(
    'vestibule:standing-lost-reply',
    'though Secrets Manager is down, and nothing is sent to the provider meanwhile',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      const grant = await aGrant();
      // What is read of it is used for five minutes.
      later(301);
      faults.add('secretsmanager:GetSecretValue~Downstream=down@*');
      expect(
        await asking(async () => {
          expect(await driver.standing(grant)).toMatchObject({
            ...{ told: 'unavailable', dependency: 'Secrets Manager' },
          });
        }),
      ).toBe(0);
      faults.clear();
      later(6);
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
    },
    60_000,
  );

  verifies(
    'vestibule:standing-lost-reply',
    'once AWS is back that was gone when the provider had rotated',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      const grant = await aGrant();
      // The lease is written; what came of asking is not, at the first two tries of all that the SDK makes.
      faults.add('dynamodb:UpdateItem~Downstream=down@2-7');
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
      later(61);
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
    },
    60_000,
  );

  verifies(
    'vestibule:standing-once',
    'when who had the lease is gone before asking',
    async () => {
      const { faults } = driver.deployment.run.cloud;
      const grant = await aGrant();
      faults.add('kms:Decrypt~Downstream=crash@1');
      await driver.standing(grant).catch(() => undefined);
      later(27);
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
    },
    60_000,
  );
});

describe('when who had the lease is gone between the answer of the provider and the write of it', () => {
  /** The lease is written; what the provider rotated to is not, and nobody has it. */
  async function lost(): Promise<string> {
    const { faults } = driver.deployment.run.cloud;
    const grant = await aGrant();
    faults.add('dynamodb:UpdateItem~Downstream=down@2-30');
    expect(
      await asking(async () => {
        await driver.standing(grant).catch(() => undefined);
      }),
    ).toBe(1);
    faults.clear();
    later(27);
    return grant;
  }

  verifies(
    'vestibule:standing-lost-rotation',
    'a person stands whose provider takes the replaced token for a while',
    async () => {
      const grant = await lost();
      driver.first.play({ takesSpent: true });
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
      driver.first.play();
      later(61);
      expect(await driver.standing(grant)).toEqual(stands(['staff']));
    },
    60_000,
  );

  verifies(
    'vestibule:standing-lost-rotation',
    'a person has to sign in again whose provider takes each token once, and the provider is asked no more',
    async () => {
      const grant = await lost();
      expect(await driver.standing(grant)).toEqual(toSignIn);
      const asked = await asking(async () => {
        expect(await driver.standing(grant)).toEqual(toSignIn);
        later(26 * 3_600);
        expect(await driver.standing(grant)).toEqual(ended('interaction_required'));
      });
      expect(asked).toBe(0);
    },
    60_000,
  );
});

verifies('vestibule:upstream-secrets', 'no log holds a token that was kept', () => {
  const log = driver.deployment.log.join('\n');
  for (const canary of driver.first.given) expect(log).not.toContain(canary);
});
