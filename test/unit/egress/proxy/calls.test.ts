import { describe, expect, it } from 'vitest';
import { verifies } from '../../../spec/verifies.ts';
import { guardedThirdPartyCalls } from '../../../../lambdas/adapters/upstream/third-party-calls.ts';
import type { EgressCaller } from '../../../../lambdas/egress/proxy/caller.ts';
import { egressCalls } from '../../../../lambdas/egress/proxy/egress-call.ts';
import { systemClock } from '../../../../lambdas/runtime/clock.ts';
import type { AgentId, ConnectionId, PersonId } from '../../../../lambdas/runtime/identifiers.ts';
import { aRequest } from '../../http/requests.ts';
import {
  aProvider,
  connected,
  errorOf,
  id,
  issuer,
  now,
  proxyFor,
  rules,
  said,
  theCloud,
} from './a-proxy.ts';

const cloud = theCloud();

describe('a call of a third party', () => {
  verifies('vestibule:egress-credential', 'bears the credential that the agent never sees', async () => {
    const { caller, canary, binding } = await connected(cloud);
    const { send, audited } = proxyFor(cloud, caller);
    const headers = {
      accept: 'application/json',
      cookie: 'a=b',
      authorization: 'Bearer ours',
      'content-type': 'application/json',
    };
    const response = await send({ method: 'POST', query: 'draft=1', headers, body: '{"title":"a"}' });
    expect([response.status, said(response)]).toEqual([200, '{"fine":true}']);
    expect(cloud.party.received).toMatchObject([{ method: 'POST', url: '/issues?draft=1' }]);
    const [got] = cloud.party.received;
    expect(got?.body.toString()).toBe('{"title":"a"}');
    expect(got?.headers).toMatchObject({
      authorization: `token ${canary}`,
      'x-version': '1',
      accept: 'application/json',
    });
    expect(got?.headers).not.toHaveProperty('cookie');
    expect(audited).toEqual([
      {
        ...{ event: 'egress_called', requestId: 'request-1', sourceAddress: '192.0.2.1', jti: 'jti-1' },
        ...{ clientId: 'planner-client', agentId: 'planner', personId: caller.names.personId, provider: id },
        ...{ connection: binding.connection, method: 'POST', rule: 'POST /issues', status: 200, redacted: 0 },
      },
    ]);
  });

  verifies('vestibule:egress-paths', 'goes where its encoded path says', async () => {
    const { caller } = await connected(cloud);
    const { send } = proxyFor(cloud, caller);
    await send({ path: '/egress/tracker/issues/a b', headers: { 'vestibule-path': '/issues/a%20b' } });
    expect(cloud.party.received).toMatchObject([{ url: '/issues/a%20b' }]);
  });

  it('goes to another of the origins where it says so and a rule does', async () => {
    const { caller } = await connected(cloud);
    const elsewhere = {
      ...caller,
      detail: {
        ...caller.detail,
        rules: [...rules, { methods: ['GET'], path: '/files', origin: cloud.other.origin }],
      },
    };
    const { send } = proxyFor(cloud, elsewhere);
    const headers = { 'vestibule-origin': cloud.other.origin };
    expect((await send({ path: '/egress/tracker/files', headers })).status).toBe(200);
    expect(errorOf(await send({ headers }))).toBe('access_denied');
    expect(errorOf(await send({ headers: { 'vestibule-origin': 'https://evil.example' } }))).toBe(
      'invalid_request',
    );
    expect([cloud.party.received.length, cloud.other.received.length]).toEqual([0, 1]);
  });

  it('is not made where no rule allows it, and is told which scope would', async () => {
    const { caller } = await connected(cloud);
    const { send, audited } = proxyFor(cloud, caller);
    const refused = await send({ method: 'DELETE', path: '/egress/tracker/issues/1' });
    expect([refused.status, errorOf(refused)]).toEqual([403, 'insufficient_scope']);
    expect(refused.headers['www-authenticate']).toContain('scope="issues:delete"');
    expect(errorOf(await send({ method: 'DELETE' }))).toBe('access_denied');
    const body = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"private":true}',
    };
    expect(errorOf(await send(body))).toBe('access_denied');
    expect(cloud.party.received).toEqual([]);
    expect(audited.map((event) => 'reason' in event && event.reason)).toEqual([
      'rule_missing',
      'no_rule',
      'no_rule',
    ]);
  });

  it('is not made for a third party that is disabled or unknown', async () => {
    const { caller } = await connected(cloud);
    const { send } = proxyFor(cloud, caller, { provider: aProvider(cloud, { state: 'disabled' }) });
    expect(errorOf(await send({}))).toBe('not_found');
    expect(errorOf(await proxyFor(cloud, caller).send({ path: '/egress/mail/issues' }))).toBe('not_found');
  });

  it.each<[string, (caller: EgressCaller) => EgressCaller]>([
    [
      'of another person',
      ({ names, detail }) => ({ names: { ...names, personId: 'person.other' as PersonId }, detail }),
    ],
    [
      'of the person at another tenant',
      ({ names, detail }) => ({ names, detail: { ...detail, idp: 'other' } }),
    ],
    [
      'of an agent that was not let',
      ({ names, detail }) => ({ names: { ...names, agentId: 'other' as AgentId }, detail }),
    ],
    [
      'of a connection before this one',
      ({ names, detail }) => ({ names, detail: { ...detail, connection: 'A'.repeat(22) as ConnectionId } }),
    ],
  ])('is not made by a token %s', async (_whose, changed) => {
    const { caller } = await connected(cloud);
    const refused = await proxyFor(cloud, changed(caller)).send({});
    expect([refused.status, errorOf(refused)]).toEqual([401, 'invalid_token']);
    expect(cloud.party.received).toEqual([]);
  });

  it('is not made with an item that was copied to the place of another person', async () => {
    const [one, two] = [await connected(cloud), await connected(cloud)];
    const copied = await cloud.connections.find(one.place);
    const begin = egressCalls({
      ...{ issuer, audit: () => undefined, clock: systemClock, seals: cloud.seals },
      connections: { ...cloud.connections, find: () => Promise.resolve(copied) },
      providers: { find: () => Promise.resolve(aProvider(cloud)), all: () => Promise.resolve([]) },
      connecting: { renew: () => Promise.resolve('renewed') },
      begin: guardedThirdPartyCalls({ hosts: 'loopback', maximumBytes: 1, timeLimitMilliseconds: 1_000 }),
    });
    const thief = { names: two.caller.names, detail: one.caller.detail };
    const request = { ...aRequest({ path: '/issues' }), provider: id };
    await expect(begin()(request, thief, now)).rejects.toThrow(/./);
    expect(cloud.party.received).toEqual([]);
  });

  it('is not made once the account is being disconnected', async () => {
    const { caller, binding } = await connected(cloud);
    await cloud.connections.disconnect(binding, now);
    expect(errorOf(await proxyFor(cloud, caller).send({}))).toBe('invalid_token');
  });
});
