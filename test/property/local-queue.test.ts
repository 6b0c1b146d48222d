import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Message, put, type Queue, receive } from '../../local/aws/sqs/queue.ts';

type Step =
  | { readonly do: 'send'; readonly delay: number }
  | { readonly do: 'receive'; readonly most: number; readonly hiddenFor: number }
  | { readonly do: 'delete'; readonly which: number }
  | { readonly do: 'wait'; readonly seconds: number };

const seconds = fc.integer({ min: 0, max: 5 });
const many = fc.integer({ min: 1, max: 10 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), delay: seconds }),
  fc.record({ do: fc.constant('receive' as const), most: many, hiddenFor: seconds }),
  fc.record({ do: fc.constant('delete' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('wait' as const), seconds }),
);
const steps = fc.array(step, { minLength: 10, maxLength: 80, size: 'max' });

function emptyQueue(name: string): Queue {
  return { name, createdAt: 0, changedAt: 0, attributes: {}, messages: new Map() };
}

/** What a consumer knows: which messages were received, and until when nobody else may have them. */
function play(all: readonly Step[], after: number) {
  const [queue, dead] = [emptyQueue('work'), emptyQueue('dead')];
  const sent = new Set<string>();
  const deleted = new Set<string>();
  const hiddenUntil = new Map<string, number>();
  const times = new Map<string, number>();
  let now = 1_000;
  const take = (messages: readonly Message[], hiddenFor: number): void => {
    for (const { id } of messages) {
      expect(now).toBeGreaterThanOrEqual(hiddenUntil.get(id) ?? 0);
      expect(deleted.has(id)).toBe(false);
      hiddenUntil.set(id, now + 1_000 * hiddenFor);
      times.set(id, (times.get(id) ?? 0) + 1);
    }
  };
  for (const each of all) {
    if (each.do === 'wait') now += 1_000 * each.seconds;
    if (each.do === 'send') {
      const { id } = put(queue, { body: 'work', senderId: 'me', delay: each.delay }, now);
      sent.add(id);
      hiddenUntil.set(id, now + 1_000 * each.delay);
    }
    if (each.do === 'receive') {
      const messages = receive(queue, each, now, { after, queue: dead });
      expect(messages.length).toBeLessThanOrEqual(each.most);
      take(messages, each.hiddenFor);
    }
    if (each.do === 'delete') {
      const id = [...sent][each.which];
      if (id === undefined || !queue.messages.delete(id)) continue;
      deleted.add(id);
    }
  }
  return { queue, dead, sent, deleted, times };
}

describe('a queue, whatever is done with it', () => {
  it('gives a message to nobody while somebody has it, and loses none', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), (done, after) => {
        const { queue, dead, sent, deleted, times } = play(done, after);
        const kept = [...queue.messages.keys(), ...dead.messages.keys(), ...deleted];
        expect(kept.toSorted()).toEqual([...sent].toSorted());
        expect(Math.max(0, ...times.values())).toBeLessThanOrEqual(after);
        for (const { id } of dead.messages.values()) expect(times.get(id)).toBe(after);
      }),
    );
  });

  it('shows every message in the end', () => {
    fc.assert(
      fc.property(steps, (done) => {
        const { queue } = play(done, 1_000);
        const all = [...queue.messages.values()];
        const how = { most: Infinity, hiddenFor: 1 };
        expect(receive(queue, how, Number.MAX_SAFE_INTEGER)).toEqual(all);
      }),
    );
  });
});
