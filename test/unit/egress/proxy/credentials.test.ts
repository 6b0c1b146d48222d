import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifies } from '../../../spec/verifies.ts';
import type { Connecting } from '../../../../lambdas/ports/connecting.ts';
import { after, systemClock } from '../../../../lambdas/runtime/clock.ts';
import { Secret } from '../../../../lambdas/runtime/secret.ts';
import {
  answering,
  aProvider,
  type Connected,
  connected,
  errorOf,
  issuer,
  now,
  proxyFor,
  theCloud,
} from './a-proxy.ts';

const cloud = theCloud();

describe('a credential that is over', () => {
  /** As the connections function does it: under a lease, once. */
  async function renewing(given: Connected = {}) {
    const held = await connected(cloud, given);
    const [asked, next] = [[] as number[], `renewed-${randomBytes(12).toString('hex')}`];
    const renew: Connecting['renew'] = async (place, { version }) => {
      asked.push(version);
      const found = await cloud.connections.find(place);
      const attempt = randomBytes(8).toString('hex');
      await cloud.connections.lease(found!, { attempt, until: after(now, 30) }, now);
      const access = await (await cloud.seals.prepare(held.binding))('access', new Secret(next));
      await cloud.connections.settle(
        held.binding,
        attempt,
        { kind: 'renewed', tokens: { access, upstreamScopes: [], facts: [] } },
        now,
      );
      return 'renewed';
    };
    return { ...held, asked, next, renew };
  }

  it('is renewed before anything is sent', async () => {
    const { caller, next, asked, renew } = await renewing({ tokens: { accessUntil: after(now, -1) } });
    expect((await proxyFor(cloud, caller, { renew }).send({})).status).toBe(200);
    expect(cloud.party.received.map(({ headers }) => headers.authorization)).toEqual([`token ${next}`]);
    expect(asked).toHaveLength(1);
  });

  verifies(
    'vestibule:egress-retries',
    'is renewed once where the third party refuses it, and the call is made again',
    async () => {
      const { caller, canary, next, renew } = await renewing();
      cloud.party.answers = (got, response) => {
        answering(got.headers.authorization === `token ${next}` ? 201 : 401, '{}')(got, response);
      };
      const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"title":"a"}' };
      const { send, audited } = proxyFor(cloud, caller, { renew });
      expect((await send(json)).status).toBe(201);
      expect(
        cloud.party.received.map(({ headers, body }) => [headers.authorization, body.toString()]),
      ).toEqual([
        [`token ${canary}`, '{"title":"a"}'],
        [`token ${next}`, '{"title":"a"}'],
      ]);
      expect(audited).toHaveLength(1);
    },
  );

  it('is not renewed again where the new one is refused too', async () => {
    const { caller, asked, renew } = await renewing();
    cloud.party.answers = answering(401, '{}', { 'www-authenticate': 'Bearer' });
    const response = await proxyFor(cloud, caller, { renew }).send({});
    expect([response.status, response.headers['www-authenticate']]).toEqual([401, undefined]);
    expect([asked.length, cloud.party.received.length]).toEqual([1, 2]);
  });

  it('sends the person to connect the account again where nobody else can', async () => {
    const { caller } = await connected(cloud);
    cloud.party.answers = answering(401, '{}');
    const refused = await proxyFor(cloud, caller, {
      renew: () => Promise.resolve('interaction_required'),
    }).send({});
    expect([refused.status, errorOf(refused)]).toEqual([403, 'interaction_required']);
    expect(JSON.parse(refused.body)).toMatchObject({
      interaction_uri: `${issuer}/connect/tracker?agent=planner`,
    });
  });
});

describe('the limits of a third party', () => {
  it.each([429, 503, 403])('are kept to by everybody once it answers %i with Retry-After', async (status) => {
    const { caller } = await connected(cloud);
    cloud.party.answers = answering(status, '{}', { 'retry-after': '60' });
    const { send, audited } = proxyFor(cloud, caller);
    const first = await send({});
    expect([first.status, first.headers['retry-after']]).toEqual([status, '60']);
    const second = await send({});
    expect([second.status, errorOf(second)]).toEqual([429, 'third_party_busy']);
    expect(Number(second.headers['retry-after'])).toBeGreaterThan(50);
    expect(cloud.party.received).toHaveLength(1);
    expect(audited.map(({ event }) => event)).toEqual(['egress_called', 'egress_refused']);
  });

  verifies('vestibule:egress-limits', 'lock nobody out for longer than a quarter of an hour', async () => {
    const { caller, place } = await connected(cloud);
    cloud.party.answers = answering(429, '{}', { 'retry-after': '99999999' });
    await proxyFor(cloud, caller).send({});
    const until = (await cloud.connections.find(place))?.pausedUntil ?? 0;
    expect(until - systemClock()).toBeLessThanOrEqual(900);
  });
});

describe('an account of a third party that was declared anew', () => {
  const byOperator = { kind: 'operator', arn: 'arn:aws:iam::123456789012:user/ops' } as const;

  verifies(
    'vestibule:connection-made-for',
    'is used for no call: nothing is sent, and the person connects it again',
    async () => {
      const provider = aProvider(cloud);
      const [origin] = provider.api.origins;
      const cases = [
        [{ by: 'deployment' }, byOperator],
        [{ by: 'operator', places: [origin ?? ''] }, byOperator],
        [{ by: 'operator', places: [...provider.api.origins] }, provider.managedBy],
      ] as const;
      for (const [madeFor, managedBy] of cases) {
        const { caller } = await connected(cloud, { madeFor });
        const { send, audited } = proxyFor(cloud, caller, { provider: { ...provider, managedBy } });
        const response = await send({});
        expect([response.status, errorOf(response)]).toEqual([403, 'interaction_required']);
        expect(response.body).toContain('was declared anew');
        expect(response.body).toContain(`${issuer}/connect/tracker?agent=planner`);
        expect(audited).toMatchObject([{ event: 'egress_refused', reason: 'connection_for_another' }]);
      }
      expect(cloud.party.received).toEqual([]);
    },
  );

  it('is used where it was connected for all places that are named', async () => {
    const provider = { ...aProvider(cloud), managedBy: byOperator };
    const { caller } = await connected(cloud, {
      madeFor: { by: 'operator', places: [...provider.api.origins, 'https://gone.example'] },
    });
    expect((await proxyFor(cloud, caller, { provider }).send({})).status).toBe(200);
  });
});
