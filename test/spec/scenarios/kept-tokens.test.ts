import { beforeAll, describe, expect } from 'vitest';
import type { GrantId, IdpId } from '../../../lambdas/runtime/identifiers.ts';
import { type Browser, createBrowser } from '../../support/browser-player.ts';
import type { Page } from '../../support/html-page.ts';
import { asker, type DownstreamDriver } from '../support/downstream-driver.ts';
import { itemsAtRest } from '../support/items-at-rest.ts';
import { answerTo, eventsSince, pageOf, press, requestOf, toldClient } from '../support/people.ts';
import { mend, playedOfficeForThisFile, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();
let ask: DownstreamDriver['ask'];
beforeAll(() => {
  ask = asker(office.company);
});

const [minutes, days] = [60, 86_400];
const later = (seconds: number): void => {
  office.company.run.clock.advance(seconds);
};

/** For how long each kept token is there, at most: seconds, by its grant. */
async function lives(): Promise<ReadonlyMap<string, number>> {
  const items = await itemsAtRest(office.company, 'VaultTable');
  const now = office.company.run.clock.now() / 1_000;
  return new Map(items.map((item) => [item['grant']?.S ?? '', Number(item['ttl']?.N) - now]));
}

/** The one token that is kept since, by its grant. */
async function keptSince(before: ReadonlyMap<string, number>): Promise<GrantId> {
  const added = [...(await lives()).keys()].filter((grant) => !before.has(grant));
  expect(added).toHaveLength(1);
  return added[0] as GrantId;
}

async function standing(grant: GrantId): Promise<unknown> {
  return ask({ ask: 'standing', grant, idp: 'demo' as IdpId });
}

const notKept = { told: 'standing', standing: { kind: 'not_kept' } };

async function expectForgottenSoon(grant: GrantId): Promise<void> {
  expect((await lives()).get(grant)).toBeLessThanOrEqual(80 * minutes);
  later(15 * minutes);
  // Swept or not: it counts no more, and nobody can have it count again.
  expect(await standing(grant)).toEqual(notKept);
  expect(await ask({ ask: 'confirm', grant })).toEqual({ told: 'confirmed' });
  expect(await standing(grant)).toEqual(notKept);
}

/** Ann granted something here before; now somebody else is back from the provider, and is asked. */
async function askedAnew(browser: Browser): Promise<{ readonly page: Page; readonly grant: GrantId }> {
  await office.code({}, browser);
  const before = await lives();
  office.idp.play({ person: { sub: 'eve', groups: ['staff'] } });
  const page = pageOf(await answerTo(requestOf(office.company), browser));
  expect(page.url.pathname).toBe('/callback/demo');
  return { page, grant: await keptSince(before) };
}

describe('a refresh token of an identity provider', () => {
  verifies(
    'vestibule:kept-once-used',
    'is kept for minutes, and for good once the client has redeemed its code',
    async () => {
      const before = await lives();
      const code = await office.code();
      const grant = await keptSince(before);
      expect((await lives()).get(grant)).toBeLessThanOrEqual(80 * minutes);
      const { status, body } = await office.redeem(code);
      expect(status).toBe(200);
      expect((await lives()).get(grant)).toBeGreaterThan(399 * days);
      later(5 * days);
      expect(await office.refresh(body['refresh_token'])).toMatchObject({ status: 200 });
    },
  );

  verifies('vestibule:kept-once-used', 'is not kept for a code that nobody redeems', async () => {
    const before = await lives();
    const code = await office.code();
    expect((await office.redeem(code, { code_verifier: 'x'.repeat(43) })).status).toBe(400);
    later(61);
    expect((await office.redeem(code)).status).toBe(400);
    await expectForgottenSoon(await keptSince(before));
  });

  verifies('vestibule:kept-once-used', 'is not kept for somebody who leaves the consent page', async () => {
    const { page, grant } = await askedAnew(createBrowser());
    expect(page.status).toBe(200);
    await expectForgottenSoon(grant);
  });

  verifies('vestibule:kept-once-used', 'is not kept where it could not be forgotten', async () => {
    const browser = createBrowser();
    const { page, grant } = await askedAnew(browser);
    strike(office.company, 'dynamodb:DeleteItem~Downstream=down@*');
    const told = toldClient(await press(browser, page, 'deny'));
    mend(office.company);
    expect(told.get('error')).toBe('access_denied');
    expect((await lives()).has(grant)).toBe(true);
    await expectForgottenSoon(grant);
  });

  verifies(
    ['vestibule:kept-once-used', 'vestibule:lost-reply-spares-families', 'vestibule:dependency-down'],
    'has a code wait that is redeemed while it cannot be kept, and nothing is lost',
    async () => {
      for (const [fault, status] of [
        ['lambda:Invoke~Token=down@*', 503],
        ['lambda:Invoke~Token=throttle@*', 503],
        ['lambda:Invoke~Token=timeout@1', 503],
        ['dynamodb:UpdateItem~Downstream=down@*', 503],
        ['dynamodb:UpdateItem~Downstream=timeout@1-3', 503],
        ['dynamodb:UpdateItem~Downstream=crash@1', 503],
        ['dynamodb:UpdateItem~Downstream=throttle@1', 200],
        ['dynamodb:UpdateItem~Downstream=timeout@1', 200],
      ] as const) {
        const code = await office.code();
        strike(office.company, fault);
        const answer = await office.redeem(code);
        mend(office.company);
        expect([fault, answer.status]).toEqual([fault, status]);
        if (status === 503) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        const { body } = status === 503 ? await office.redeem(code) : answer;
        later(16 * minutes);
        expect([fault, (await office.refresh(body['refresh_token'])).status]).toEqual([fault, 200]);
      }
    },
    60_000,
  );

  verifies(
    ['vestibule:kept-once-used', 'vestibule:refresh-standing'],
    'that is gone ends what was granted: nobody could tell any more that the person stands',
    async () => {
      const before = await lives();
      const { body } = await office.redeem(await office.code());
      await ask({ ask: 'forget', grant: await keptSince(before) });
      const from = office.company.log.length;
      const answer = await office.refresh(body['refresh_token']);
      expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
      expect(answer.body['error_description']).toContain('nothing is kept any more');
      expect(eventsSince(office.company, from)).toMatchObject([
        { event: 'token_refused', reason: 'grant_ended', detail: 'person_ended: not_kept' },
      ]);
    },
  );
});
