import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { guardedThirdPartyCalls } from '../../../../lambdas/adapters/upstream/third-party-calls.ts';
import { DependencyUnavailable } from '../../../../lambdas/runtime/dependency.ts';
import { after } from '../../../../lambdas/runtime/clock.ts';
import { verifies } from '../../../spec/verifies.ts';
import {
  answering,
  type Cloud,
  type Connected,
  connected,
  errorOf,
  now,
  proxyFor,
  said,
  theCloud,
} from './a-proxy.ts';

const cloud = theCloud();
/** Where something of it happens before, and where nothing has to. */
const [timeLimitMilliseconds, shortTime] = [1_500, { timeLimitMilliseconds: 200 }] as const;
const never = () => new Promise<never>(() => undefined);

interface Slow {
  readonly given?: Connected;
  readonly parts?: Partial<Cloud>;
  readonly proxy?: Parameters<typeof proxyFor>[2];
}

/** One call where something takes longer than there is time: its answer, what the audit trail has of it, how often something was sent. */
async function called({ given = {}, parts = {}, proxy = {} }: Slow) {
  const { party, other, connections, seals } = cloud;
  const { caller } = await connected(cloud, given);
  const slow = { ...{ party, other, connections, seals }, ...parts };
  const { send, audited } = proxyFor(slow, caller, { timeLimitMilliseconds, ...proxy });
  return { response: await send({}), audited, sent: cloud.party.received.length };
}

const isOver: Connected = { tokens: { accessUntil: after(now, -1) } };
const unsent = /over before anything was sent/;
const refusedThere = /refused the credential.*nothing was done/;

describe('a call that has no time left', () => {
  verifies('vestibule:egress-time', 'is refused while its credential is renewed once more', async () => {
    cloud.party.answers = answering(401, '{}');
    const { response, audited, sent } = await called({ proxy: { renew: never } });
    expect([response.status, errorOf(response), sent]).toEqual([504, 'third_party_timed_out', 1]);
    expect(response.body).toMatch(refusedThere);
    expect(audited).toMatchObject([{ event: 'egress_refused', reason: 'out_of_time_refused' }]);
  });

  it.each<[string, () => Slow]>([
    ['its token is judged', () => ({ proxy: { ...shortTime, judging: () => pause(250) } })],
    [
      'its account is looked up',
      () => ({ proxy: shortTime, parts: { connections: { ...cloud.connections, find: never } } }),
    ],
    ['its credential is renewed first', () => ({ given: isOver, proxy: { ...shortTime, renew: never } })],
    [
      'its credential is opened',
      () => ({ proxy: shortTime, parts: { seals: { ...cloud.seals, open: never } } }),
    ],
  ])('is refused while %s, and nothing is sent', async (_where, slow) => {
    const { response, audited, sent } = await called(slow());
    expect([response.status, errorOf(response), sent]).toEqual([504, 'third_party_timed_out', 0]);
    expect(response.body).toMatch(unsent);
    expect(audited).toMatchObject([{ event: 'egress_refused', reason: 'out_of_time_unsent' }]);
  });

  it('is refused while another credential is opened, and sent no more', async () => {
    cloud.party.answers = answering(401, '{}');
    let opened = 0;
    const { connections, seals } = cloud;
    const { response, audited, sent } = await called({
      proxy: { renew: () => Promise.resolve('renewed') },
      parts: {
        connections: {
          ...connections,
          find: async (place) => {
            const found = await connections.find(place);
            return found && { ...found, version: found.version + opened };
          },
        },
        seals: {
          ...seals,
          open: (...asked) => {
            opened += 1;
            return opened === 1 ? seals.open(...asked) : never();
          },
        },
      },
    });
    expect([response.status, errorOf(response), sent]).toEqual([504, 'third_party_timed_out', 1]);
    expect(response.body).toMatch(refusedThere);
    expect(audited).toMatchObject([{ event: 'egress_refused', reason: 'out_of_time_refused' }]);
  });

  it('is answered though the wish of the third party to be left alone is not written down', async () => {
    cloud.party.answers = answering(429, 'later', { 'retry-after': '60' });
    const parts = { connections: { ...cloud.connections, pause: never } };
    const { response, audited } = await called({ parts });
    expect([response.status, said(response)]).toEqual([429, 'later']);
    expect(audited).toMatchObject([{ event: 'egress_called', status: 429 }]);
  });

  it('hears nothing of a renewal that fails later', async () => {
    const failing = async () => {
      await pause(timeLimitMilliseconds + 50);
      throw new DependencyUnavailable('the connections function', { cause: 'late' });
    };
    const { audited } = await called({ given: isOver, proxy: { renew: failing } });
    await pause(100);
    expect(audited).toMatchObject([{ event: 'egress_refused', reason: 'out_of_time_unsent' }]);
  });
});

describe('the time of a call', () => {
  const begin = guardedThirdPartyCalls({ hosts: 'loopback', maximumBytes: 1, ...shortTime });

  it('is no matter of work that is done, or fails, in it', async () => {
    const { within } = begin();
    expect(await within(() => Promise.resolve('done'))).toEqual({ ok: true, value: 'done' });
    await expect(within(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  });

  it('lets nothing begin after it', async () => {
    const { within } = begin();
    expect(await within(never)).toEqual({ ok: false, refusal: 'timed_out' });
    let begun = 0;
    const work = () => Promise.resolve((begun += 1));
    expect([await within(work), begun]).toEqual([{ ok: false, refusal: 'timed_out' }, 0]);
  });
});
