import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeConnection } from '../../../lambdas/egress/complete-connection.ts';
import { connectionStanding } from '../../../lambdas/egress/connection-standing.ts';
import { disconnectConnection } from '../../../lambdas/egress/disconnect-connection.ts';
import { narrowToken } from '../../../lambdas/egress/narrow-token.ts';
import { renewConnection } from '../../../lambdas/egress/renew-connection.ts';
import { pauseUntil, withPause } from '../../../lambdas/egress/retry-after.ts';
import { sweepDue } from '../../../lambdas/egress/sweep-due.ts';
import type { Connection, ConnectionPlace } from '../../../lambdas/ports/connections.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import type { ScopeName } from '../../../lambdas/runtime/identifiers.ts';
import { github } from '../../support/third-parties/github.ts';
import { google } from '../../support/third-parties/google.ts';
import { byClientCredentials } from '../../support/third-parties/own-account.ts';
import { slack } from '../../support/third-parties/slack.ts';
import { verifies } from '../../spec/verifies.ts';
import {
  accessOf,
  agent,
  alone,
  type At,
  comesBack,
  connected,
  found,
  placeOf,
  startVault,
  type Vault,
} from './a-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(async () => {
  await vault.stop();
});

const tokenPath = github.paths.token;
const grantPath = '/applications/Iv1.gh/grant';

const renew = ({ ports }: At, connection: Connection) =>
  renewConnection(ports, placeOf(connection), connection, 'request');

async function sweeps({ ports }: At): Promise<void> {
  await sweepDue(ports, { requestId: 'sweep', until: after(ports.clock(), 60) });
}

/** Who asks is told to wait so many seconds. */
async function expectToWait(asking: Promise<unknown>, seconds: number): Promise<void> {
  const told = await asking.catch((error: unknown) => error);
  expect(told).toBeInstanceOf(DependencyUnavailable);
  expect(told).toMatchObject({ retryAfterSeconds: seconds });
}

const now = instant(1_800_000_000);

describe('what a third party says of when to come again', () => {
  it.each([
    ['seconds', 429, '60', 60],
    ['a date', 503, new Date((now + 60) * 1_000).toUTCString(), 60],
    ['of a limit that is told as forbidden', 403, ' 60 ', 60],
    ['more than a quarter of an hour', 429, '999999999', 900],
    ['a date after years', 429, 'Fri, 31 Dec 9999 23:59:59 GMT', 900],
    ['a date that is over', 429, 'Thu, 01 Jan 1970 00:00:00 GMT', undefined],
    ['no time', 429, '0', undefined],
    ['what is none of these', 429, 'soon', undefined],
    ['nothing', 429, undefined, undefined],
    ['of what was answered', 200, '60', undefined],
  ])('is kept to: %s', (_what, status, retryAfter, seconds) => {
    const until = pauseUntil({ status, retryAfter }, now);
    expect(until).toBe(seconds && after(now, seconds));
  });
});

it('is told of who was asked too much, and not of who was asked wrongly', () => {
  const answer = { status: 403, contentType: '', text: '', retryAfter: '60' };
  const [much, wrong] = [{ kind: 'failed' }, { kind: 'ours' }];
  expect(withPause(much, answer, now)).toEqual({ ...much, notBefore: after(now, 60) });
  expect(withPause(wrong, answer, now)).toEqual(wrong);
});

describe('a third party that wants to be left alone', () => {
  verifies(
    'vestibule:third-party-pauses',
    'is asked for no other token before its time, by whoever calls or each minute, and at it',
    () =>
      alone(vault, github, async (party, at) => {
        const before = await connected(at);
        at.pass(28_800);
        party.mishap(tokenPath, { retryAfter: '600' });
        await sweeps(at);
        expect(at.told.at(-1)).toMatchObject({ event: 'connection_renewal_failed', reason: 'status_429' });
        expect(party.asked(tokenPath)).toBe(2);
        await expectToWait(renew(at, before), 600);
        at.pass(599);
        await sweeps(at);
        await expectToWait(renew(at, before), 1);
        expect(party.asked(tokenPath)).toBe(2);
        at.pass(1);
        await sweeps(at);
        expect(party.asked(tokenPath)).toBe(3);
        expect(await found(at, before)).not.toHaveProperty('notBefore');
        expect(party.isGood(await accessOf(at, await found(at, before)))).toBe(true);
      }),
  );

  it('is asked by whoever calls at that time too, and who asked it tells them', () =>
    alone(vault, slack, async (party, at) => {
      const before = await connected(at);
      const at600 = new Date((at.ports.clock() + 600) * 1_000).toUTCString();
      party.mishap(slack.paths.token, { status: 503, retryAfter: at600 });
      await expectToWait(renew(at, before), 600);
      at.pass(600);
      expect(await renew(at, before)).toBe('renewed');
      expect(party.refreshes()).toBe(1);
    }));

  it.each([
    ['1', 5],
    ['99999999', 900],
  ])('for %s seconds is left alone for %i', (retryAfter, seconds) =>
    alone(vault, github, async (party, at) => {
      const before = await connected(at);
      party.mishap(tokenPath, { retryAfter });
      await expectToWait(renew(at, before), seconds);
      at.pass(seconds - 1);
      await expectToWait(renew(at, before), 1);
      at.pass(1);
      expect(await renew(at, before)).toBe('renewed');
    }),
  );

  verifies('vestibule:third-party-pauses', 'hears nothing of a code, and whoever connects is told when', () =>
    alone(vault, google, async (party, at) => {
      const back = await comesBack(at);
      party.mishap('/token', { status: 403, retryAfter: '600' });
      await expectToWait(completeConnection(at.ports, back, 'request'), 600);
      expect(party.asked('/token')).toBe(1);
      expect(await completeConnection(at.ports, back, 'request')).toMatchObject({ ok: true });
    }),
  );

  it('hears nothing of the account of the deployment either, once there is one', () =>
    alone(vault, byClientCredentials, async (party, at) => {
      const place: ConnectionPlace = { provider: at.provider.id, holder: { kind: 'service' } };
      const asks = () => connectionStanding(at.ports, place, { agent, scopes: ['things:read' as ScopeName] });
      party.mishap('/token', { retryAfter: '600' });
      await expectToWait(asks(), 600);
      expect(await asks()).toMatchObject({ kind: 'connected' });
      const before = await found(at, place);
      party.mishap('/token', { retryAfter: '600' });
      await expectToWait(renew(at, before), 600);
      at.pass(599);
      await expectToWait(renew(at, before), 1);
      expect(party.asked('/token')).toBe(3);
      at.pass(1);
      expect(await renew(at, before)).toBe('renewed');
    }));

  it('hears nothing of a narrowed token, and who wants one is told when', () =>
    alone(vault, google, async (party, at) => {
      const before = await connected(at);
      const asked = { connection: before.connection, scopes: ['calendar:read' as ScopeName], resources: [] };
      const narrow = () => narrowToken(at.ports, placeOf(before), asked);
      party.mishap('/token', { retryAfter: '60' });
      await expectToWait(narrow(), 60);
      party.mishap('/token', { retryAfter: '600' });
      await expectToWait(renew(at, before), 600);
      const times = party.asked('/token');
      at.pass(1);
      await expectToWait(narrow(), 599);
      expect(party.asked('/token')).toBe(times);
      at.pass(599);
      expect(await narrow()).toMatchObject({ ok: true });
    }));

  verifies(
    'vestibule:third-party-pauses',
    'is asked for no end before its time, by whoever disconnects again or each minute, and after it',
    () =>
      alone(vault, github, async (party, at) => {
        const connection = await connected(at);
        const token = await accessOf(at, connection);
        party.mishap(grantPath, { status: 503, retryAfter: '800' });
        const disconnect = () => disconnectConnection(at.ports, connection, 'request');
        expect(await disconnect()).toEqual({ revoked: false });
        expect(at.told.at(-1)).toMatchObject({ event: 'revocation_failed', reason: 'status_503' });
        expect((await found(at, connection)).dueAt).toBe(after(at.ports.clock(), 800));
        at.pass(799);
        await sweeps(at);
        expect(await disconnect()).toEqual({ revoked: false });
        expect(party.asked(grantPath)).toBe(1);
        at.pass(1);
        await sweeps(at);
        expect(party.isGood(token)).toBe(false);
        expect(await at.ports.connections.find(connection)).toBeUndefined();
      }),
  );

  it('is asked for an end less and less often all the same, where its own time is shorter', () =>
    alone(vault, github, async (party, at) => {
      const connection = await connected(at);
      party.mishap(grantPath, { retryAfter: '10' });
      await disconnectConnection(at.ports, connection, 'request');
      at.pass(11);
      await sweeps(at);
      expect(party.asked(grantPath)).toBe(1);
      at.pass(65);
      await sweeps(at);
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }));

  it('is asked for an end at once all the same, where it wanted to be asked for no token', () =>
    alone(vault, github, async (party, at) => {
      const connection = await connected(at);
      party.mishap(tokenPath, { retryAfter: '600' });
      await expectToWait(renew(at, connection), 600);
      expect(await disconnectConnection(at.ports, connection, 'request')).toEqual({ revoked: true });
      expect(party.asked(grantPath)).toBe(1);
    }));

  it('is asked for no token to end one by, before its time', () =>
    alone(vault, slack, async (party, at) => {
      const connection = await connected(at);
      at.pass(43_200);
      party.mishap(slack.paths.token, { retryAfter: '600' });
      const times = party.asked(slack.paths.token);
      await disconnectConnection(at.ports, connection, 'request');
      at.pass(599);
      await sweeps(at);
      expect(party.asked(slack.paths.token)).toBe(times + 1);
      at.pass(1);
      await sweeps(at);
      expect(party.asked(slack.paths.token)).toBe(times + 2);
      expect(await at.ports.connections.find(connection)).toBeUndefined();
    }));
});
