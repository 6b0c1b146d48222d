import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoEnrolments } from '../../../../lambdas/adapters/dynamodb/enrolments.ts';
import { enrol } from '../../../../lambdas/oauth/enrolment/enrol.ts';
import { sweep, type SweepPorts } from '../../../../lambdas/oauth/enrolment/sweep.ts';
import type { Enrolments } from '../../../../lambdas/ports/enrolments.ts';
import { after, type Instant, instant } from '../../../../lambdas/runtime/clock.ts';
import type { IdentityProvider } from '../../../../lambdas/ports/identity-providers.ts';
import type { ClientId, IdpId } from '../../../../lambdas/runtime/identifiers.ts';
import { systemRandom } from '../../../../lambdas/runtime/random.ts';
import { ok } from '../../../../lambdas/runtime/result.ts';
import { Secret } from '../../../../lambdas/runtime/secret.ts';
import { startTables, type TestTables } from '../../../support/dynamodb.ts';

const began = instant(1_800_000_000);
const wanted = { client: 'dyn_aaaaaaaaaaaaaaaaaaaaaa' as ClientId, name: 'App', quota: 5 };

let tables: TestTables;
let enrolments: Enrolments;
beforeAll(async () => {
  tables = await startTables();
  enrolments = dynamoEnrolments({ client: tables.client(), table: tables.grants });
}, 60_000);
afterAll(() => tables.stop());

function aProvider({ id }: { readonly id: string }): IdentityProvider {
  return {
    ...{ id: id as IdpId, name: 'Played', profile: 'okta', issuer: 'https://dev-1.okta.com' },
    ...{ clientId: 'vestibule', clientProof: { method: 'client_secret' }, scopes: ['openid'], domains: [] },
    ...{ subjectClaim: 'sub', onLogout: 'sessions', dpop: false, state: 'active' },
    ...{ managedBy: { kind: 'deployment', deployment: 'Vestibule' }, createdAt: began, updatedAt: began },
  };
}

/** A provider whose clients are `there`, at a time that may be put forward. */
function playing(there: Set<string>, now: () => Instant): SweepPorts {
  const sealed = { wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: 'sealed' };
  return {
    enrolments,
    seals: {
      prepare: () => Promise.resolve(() => ({ proof: sealed })),
      openRegistration: () => Promise.reject(new Error('there is none')),
    },
    upstream: {
      prepare: () =>
        Promise.resolve(
          ok(() => {
            const id = systemRandom(8);
            there.add(id);
            const proof = { method: 'client_secret_basic', secret: new Secret('s') } as const;
            return Promise.resolve(ok({ id, proof }));
          }),
        ),
      remove: (_, { id }) => Promise.resolve(there.delete(id) ? 'removed' : 'gone'),
      rename: () => Promise.resolve({ outcome: 'refused' }),
      find: () => Promise.resolve([...there]),
    },
    clock: now,
    random: systemRandom,
    pause: () => Promise.resolve(),
    findClient: () => Promise.resolve(undefined),
    audit: () => undefined,
  };
}

describe('whoever lets a client in while the sweep is about to remove it', () => {
  test('has it stay, if the sweep has looked and not begun', async () => {
    const idp = aProvider({ id: 'stays' });
    const there = new Set<string>();
    let now = began;
    const ports = playing(there, () => now);
    expect(await enrol(ports, idp, wanted)).toEqual(ok('made'));
    now = after(began, 4_000);
    const looking = {
      ...ports,
      // Nobody is registered as that any more; then somebody is, and is let in.
      findClient: async () => {
        expect(await enrol(ports, idp, wanted)).toEqual(ok('found'));
        return undefined;
      },
    };
    await sweep(looking, idp, 'r');
    expect(there.size).toBe(1);
    expect(await enrolments.find({ idp: idp.id, client: wanted.client })).toBeDefined();
  });

  test('is told to try again, if the sweep has begun, and makes it anew when it is done', async () => {
    const idp = aProvider({ id: 'leaves' });
    const there = new Set<string>();
    let now = began;
    const ports = playing(there, () => now);
    await enrol(ports, idp, wanted);
    now = after(began, 4_000);
    const { upstream } = ports;
    const removing = {
      ...ports,
      upstream: {
        ...upstream,
        remove: async (...asked: Parameters<typeof upstream.remove>) => {
          await expect(enrol(ports, idp, wanted)).rejects.toThrow('unavailable');
          return upstream.remove(...asked);
        },
      },
    };
    await sweep(removing, idp, 'r');
    expect(there.size).toBe(0);
    expect(await enrol(ports, idp, wanted)).toEqual(ok('made'));
    expect(there.size).toBe(1);
  });

  test('has the new one stay, if the sweep looks for what was never answered', async () => {
    const idp = aProvider({ id: 'unanswered' });
    const there = new Set<string>(['lost']);
    let now = began;
    const ports = playing(there, () => now);
    await enrolments.take(
      { idp: idp.id, client: wanted.client, since: began, attempt: 'lost', name: 'n' },
      5,
    );
    now = after(began, 4_000);
    const { upstream } = ports;
    const late = {
      ...ports,
      upstream: {
        ...upstream,
        // Another sweep is done in the meantime, and the client is let in.
        find: async (...asked: Parameters<typeof upstream.find>) => {
          await sweep(ports, idp, 'r');
          expect(await enrol(ports, idp, wanted)).toEqual(ok('made'));
          return upstream.find(...asked);
        },
      },
    };
    await sweep({ ...late, findClient: () => Promise.resolve(undefined) }, idp, 'r');
    expect(there.size).toBe(1);
    expect(await enrolments.find({ idp: idp.id, client: wanted.client })).toBeDefined();
  });
});
