import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { sweepDue } from '../../../lambdas/egress/sweep-due.ts';
import type { Connections } from '../../../lambdas/ports/connections.ts';
import { after } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { verifies } from '../../spec/verifies.ts';
import { accessOf, alone, type At, connected, found, placeOf, startVault, type Vault } from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const tokenPath = github.paths.token;
const lastOf = ({ told }: At) => told.at(-1);

/** The function ends after the third party has answered, and before anything of that is written. */
function dying({ ports }: At): At['ports'] {
  const lost = (): Promise<never> =>
    Promise.reject(new DependencyUnavailable('DynamoDB', { cause: 'it ended' }));
  const connections: Connections = { ...ports.connections, settle: lost };
  return { ...ports, connections, pause: () => Promise.resolve() };
}

describe('a third party that is down', () => {
  it('is asked once more with the same token, and the answer is kept', () =>
    alone(vault, slack, async (party, at) => {
      const before = await connected(at);
      party.mishap(slack.paths.token, 'down');
      expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
      expect(party.asked(slack.paths.token)).toBe(3);
    }));

  it('is left alone for five seconds then, whoever asks, and loses no connection', () =>
    alone(vault, github, async (party, at) => {
      const before = await connected(at);
      party.mishap(tokenPath, 'busy', 2);
      const renew = () => renewConnection(at.ports, placeOf(before), before, 'request');
      await expect(renew()).rejects.toThrow(DependencyUnavailable);
      expect(lastOf(at)).toMatchObject({ event: 'connection_renewal_failed', reason: 'status_429' });
      await expect(renew()).rejects.toThrow(DependencyUnavailable);
      expect(party.asked(tokenPath)).toBe(3);
      expect((await found(at, before)).state).toBe('active');
      at.pass(5);
      expect(await renew()).toBe('renewed');
    }));

  it('is asked again long before the token ends that is still good', () =>
    alone(vault, github, async (party, at) => {
      const before = await connected(at);
      party.mishap(tokenPath, 'down', 2);
      at.pass(20_000);
      await renewConnection(at.ports, placeOf(before), before, 'request').catch(() => undefined);
      expect((await found(at, before)).dueAt).toBe(after(at.ports.clock(), 300));
    }));
});

verifies(
  'vestibule:renewal-answer-lost',
  'whose answer nobody kept takes the same token again within its grace, and the connection goes on',
  () =>
    alone(vault, { ...slack, refresh: { graceSeconds: 120 } }, async (party, at) => {
      const before = await connected(at);
      const renewal = renewConnection(dying(at), placeOf(before), before, 'request');
      await expect(renewal).rejects.toThrow(DependencyUnavailable);
      expect(party.refreshes()).toBe(1);
      at.pass(27);
      expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
      expect(party.refreshes()).toBe(2);
      expect(party.isGood(await accessOf(at, await found(at, before)))).toBe(true);
    }),
);

verifies(
  'vestibule:renewal-answer-lost',
  'and beyond its grace whoever connected it has to again, which is told with the reason',
  () =>
    alone(vault, slack, async (party, at) => {
      const before = await connected(at);
      await renewConnection(dying(at), placeOf(before), before, 'request').catch(() => undefined);
      at.pass(27);
      const renewal = renewConnection(at.ports, placeOf(before), before, 'request');
      expect(await renewal).toBe('interaction_required');
      expect(party.refreshes()).toBe(2);
      expect(lastOf(at)).toMatchObject({ event: 'connection_lost', reason: 'answer_lost' });
      expect(await found(at, before)).toMatchObject({ state: 'interaction_required', reason: 'answer_lost' });
    }),
);

it('who dies asking is waited for, and nobody sends the token meanwhile', () =>
  alone(vault, slack, async (party, at) => {
    const before = await connected(at);
    await renewConnection(dying(at), placeOf(before), before, 'request').catch(() => undefined);
    at.pass(25);
    const impatient = { ...at.ports, pause: () => Promise.resolve() };
    await expect(renewConnection(impatient, placeOf(before), before, 'request')).rejects.toThrow(
      DependencyUnavailable,
    );
    expect(party.refreshes()).toBe(1);
  }));

it('a secret of ours that somebody changed is read anew, and no connection is lost for it', () =>
  alone(
    vault,
    google,
    async (_party, at) => {
      await expect(connected(at)).rejects.toThrow(/invalid_client/);
      await at.changeSecret(JSON.stringify({ client_secret: google.secret }));
      const before = await connected(at);
      await at.changeSecret('wrong');
      at.pass(300);
      const renewal = renewConnection(at.ports, placeOf(before), before, 'request');
      await expect(renewal).rejects.toThrow(DependencyUnavailable);
      expect(lastOf(at)).toMatchObject({ event: 'connection_renewal_failed', reason: 'invalid_client' });
      expect((await found(at, before)).state).toBe('active');
      await at.changeSecret(google.secret);
      at.pass(5);
      expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
    },
    { secret: 'old' },
  ));

it('without KMS nothing is sent, and what is kept stays good', () =>
  alone(vault, slack, async (party, at) => {
    const before = await connected(at);
    const down = (): Promise<never> => Promise.reject(new DependencyUnavailable('KMS', { cause: 'denied' }));
    const ports = { ...at.ports, seals: { ...at.ports.seals, prepare: down } };
    await expect(renewConnection(ports, placeOf(before), before, 'request')).rejects.toThrow('KMS');
    expect(party.refreshes()).toBe(0);
    at.pass(5);
    expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('renewed');
  }));

it('who asks for a connection that is another by now, or is being ended, is told that it is gone', () =>
  alone(vault, slack, async (party, at) => {
    const before = await connected(at);
    const other = { ...before, connection: 'another' as typeof before.connection };
    expect(await renewConnection(at.ports, placeOf(before), other, 'request')).toBe('gone');
    await at.ports.connections.disconnect(before, at.ports.clock());
    expect(await renewConnection(at.ports, placeOf(before), before, 'request')).toBe('gone');
    expect(party.refreshes()).toBe(0);
  }));

describe('each minute', () => {
  it('what is due is renewed, and nothing else', () =>
    alone(vault, github, async (party, at) => {
      const connections = await Promise.all(Array.from({ length: 20 }, () => connected(at)));
      const until = after(at.ports.clock(), 100_000);
      await sweepDue(at.ports, { requestId: 'sweep', until });
      expect(party.refreshes()).toBe(0);
      at.pass(28_800 * 0.8);
      await sweepDue(at.ports, { requestId: 'sweep', until });
      expect(party.refreshes()).toBe(20);
      for (const each of connections) {
        expect((await found(at, each)).accessUntil).toBeGreaterThan(at.ports.clock() + 28_000);
      }
      expect(at.told.filter(({ event }) => event === 'connection_renewed')).toHaveLength(20);
    }));

  it('nothing is begun for which there is no time', () =>
    alone(vault, github, async (party, at) => {
      await connected(at);
      at.pass(28_800);
      await sweepDue(at.ports, { requestId: 'sweep', until: at.ports.clock() });
      expect(party.refreshes()).toBe(0);
    }));

  it('a third party that is disabled hears nothing', () =>
    alone(vault, github, async (party, at) => {
      await connected(at);
      at.pass(28_800);
      const disabled = { ...at.provider, state: 'disabled' as const };
      const find: typeof at.ports.providers.find = (id) =>
        Promise.resolve(id === at.provider.id ? disabled : undefined);
      const providers = { ...at.ports.providers, find };
      await sweepDue({ ...at.ports, providers }, { requestId: 'sweep', until: after(at.ports.clock(), 60) });
      expect(party.refreshes()).toBe(0);
    }));
});
