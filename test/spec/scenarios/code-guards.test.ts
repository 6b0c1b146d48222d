import { afterAll, beforeAll, describe, expect } from 'vitest';
import { instant } from '../../../lambdas/runtime/clock.ts';
import { app, type Desk, openDesk } from '../support/desk.ts';
import type { Answer } from '../support/driver.ts';
import type { GrantedCode } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await openDesk();
});

afterAll(() => desk.close());

const day = 86_400;

/** What the audit trail says of the refusal that `ask` comes to. */
async function refusalOf(ask: () => Promise<Answer>): Promise<unknown> {
  const from = desk.deployment.log.length;
  const answer = await ask();
  expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
  // What was answered before may be told of only now.
  const refused = eventsSince(desk.deployment, from).filter(({ event }) => event === 'token_refused');
  return refused.map(({ reason, detail }) => [reason, detail]);
}

// The write that spends a code would refuse these too, but nobody would know why.
describe('a code that is refused', () => {
  verifies(
    'rfc6749:4.1.2:short-lived',
    'a minute after it was made has expired, and not before',
    async () => {
      const [early, late] = [await desk.newCode(), await desk.newCode()];
      desk.deployment.run.clock.advance(55);
      expect((await desk.redeem(early, app)).status).toBe(200);
      desk.deployment.run.clock.advance(5);
      expect(await refusalOf(() => desk.redeem(late, app))).toEqual([['code_expired', undefined]]);
    },
  );

  verifies('rfc6749:4.1.2:short-lived', 'once its grant has ended is known to be of that one', async () => {
    const granted: GrantedCode = await desk.newCode();
    const at = instant(Math.floor(desk.deployment.run.clock.now() / 1_000));
    await desk.grants.end(granted.grantId, { at, reason: 'consent_withdrawn' }, 'a-request');
    const refusals = await refusalOf(() => desk.redeem(granted, app));
    expect(refusals).toEqual([['grant_ended', 'consent_withdrawn']]);
  });
});

describe('a refresh token that is never used', () => {
  verifies('vestibule:refresh-lifetimes', 'dies when it is idle for too long, and not before', async () => {
    const tokens: unknown[] = [];
    for (let made = 0; made < 2; made += 1) {
      tokens.push((await desk.redeem(await desk.newCode(), app)).body['refresh_token']);
    }
    desk.deployment.run.clock.advance(30 * day - 60);
    expect((await desk.refresh(tokens[0], app)).status).toBe(200);
    desk.deployment.run.clock.advance(60);
    expect(await refusalOf(() => desk.refresh(tokens[1], app))).toEqual([
      ['refresh_token_expired', undefined],
    ]);
  });
});
