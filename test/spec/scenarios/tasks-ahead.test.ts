import { describe, expect } from 'vitest';
import type { VestibuleConfig } from '../../../lib/index.ts';
import { eventsSince } from '../support/people.ts';
import { hour, minute } from '../support/tasking.ts';
import { startWaiting } from '../support/waiting.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const withLongTokens = (config: VestibuleConfig): VestibuleConfig => ({ ...config, accessTokenMinutes: 60 });

const office = forThisFile(() => startWaiting(withLongTokens));

describe('a task of a person whose identity provider forgets them after half an hour', () => {
  verifies(
    ['vestibule:task-ahead', 'vestibule:task-people'],
    'is refused no call in three days, under tokens of an hour',
    async () => {
      office.idp.play({ refreshIdle: 30 * minute, tokens: { refresh_expires_in: 30 * minute } });
      const task = await office.task({ ceiling: String(72 * hour) });
      const until = office.seconds() + 72 * hour - 30 * minute;
      let [renewals, due] = [0, 0];
      while (office.seconds() < until) {
        const from = office.company.log.length;
        // From one renewal to the next: nothing happens between.
        await office.pass(Math.max(due - office.seconds(), minute));
        const { status, text } = await office.pull(task);
        expect([status, status === 200 ? '' : text]).toEqual([200, '']);
        for (const { event, dueAt } of eventsSince(office.company, from)) {
          if (event === 'task_renewed') [renewals, due] = [renewals + 1, Number(dueAt)];
        }
      }
      // No sooner than it has to be asked, either.
      expect(renewals).toBeGreaterThan((72 * 60) / 25);
      expect(renewals).toBeLessThan((72 * 60) / 17);
    },
    420_000,
  );
});
