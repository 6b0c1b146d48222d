import { describe, expect } from 'vitest';
import { type Arrival, createBrowser } from '../../support/browser-player.ts';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { answerTo, pageOf, press, pressLabel, requestOf, toldClient } from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();

const both = { scope: 'tools:read tools:write' };
const [discovery, token, keys] = ['/.well-known/openid-configuration', '/token', '/jwks'] as const;

function later(seconds: number): void {
  office.company.run.clock.advance(seconds);
}

/** What a provider does at one of its endpoints, each once: it answers nothing, and it answers 10 MB. */
function unruly(...paths: readonly string[]): readonly (readonly [string, Behaviour])[] {
  return paths.flatMap((path) => [
    [`${path} is mute`, { mute: [path] }],
    [`${path} is huge`, { huge: [path] }],
  ]);
}

/** A yes; nothing is remembered of the provider's documents. */
async function saysYes(changes: Readonly<Record<string, string>> = {}) {
  const browser = createBrowser();
  const page = pageOf(await answerTo(requestOf(office.company, changes), browser));
  return { browser, arrive: (): Promise<Arrival> => press(browser, page, 'allow') };
}

describe('a provider that answers without an end', () => {
  verifies(
    ['vestibule:unruly-provider', 'vestibule:sign-in-faults'],
    'costs a person a press, and their yes is asked for once',
    async () => {
      const drips = [`${discovery} drips`, { drips: [discovery] }] as const;
      for (const [what, behaviour] of [drips, ...unruly(discovery, token, keys)]) {
        later(601);
        office.idp.play(behaviour);
        const { browser, arrive } = await saysYes();
        const page = pageOf(await arrive());
        expect([what, page.status]).toEqual([what, 503]);
        const back = page.links.find(({ label }) => label.includes('Back to Desk'));
        const error = new URL(back?.href ?? '').searchParams.get('error');
        expect([what, error]).toEqual([what, 'temporarily_unavailable']);
        office.idp.play();
        const code = toldClient(await pressLabel(browser, page, 'Try again')).get('code');
        expect([what, (await office.redeem(code ?? '')).status]).toEqual([what, 200]);
      }
    },
    120_000,
  );

  verifies(
    ['vestibule:unruly-provider', 'vestibule:sign-in-faults'],
    'is told to a client that wants no page',
    async () => {
      for (const [what, behaviour] of unruly(discovery, token)) {
        later(601);
        office.idp.play(behaviour);
        const silent = { client_id: 'house', prompt: 'none' };
        const told = toldClient(await answerTo(requestOf(office.company, silent)));
        expect([what, told.get('error'), told.get('state')]).toEqual([
          ...[what, 'temporarily_unavailable', 'state-of-desk'],
        ]);
      }
    },
    120_000,
  );

  verifies(
    ['vestibule:unruly-provider', 'vestibule:refresh-standing'],
    'has clients wait at a refresh, and ends nothing',
    async () => {
      for (const [what, behaviour] of unruly(discovery, token, keys)) {
        const { body } = await office.redeem(await office.code(both));
        later(601);
        office.idp.play(behaviour);
        const answer = await office.refresh(body['refresh_token']);
        expect([what, answer.status, answer.body['error']]).toEqual([what, 503, 'temporarily_unavailable']);
        expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        office.idp.play();
        later(6);
        const again = await office.refresh(body['refresh_token']);
        expect([what, again.status, again.body['scope']]).toEqual([what, 200, both.scope]);
      }
    },
    120_000,
  );
});

describe('a provider that tells a great deal', () => {
  verifies(
    'vestibule:unruly-provider',
    'of groups leaves a person what the roles of theirs hold',
    async () => {
      const many = Array.from({ length: 600 }, (_, index) => `${index}${'ü'.repeat(90)}`);
      office.idp.play({ person: { sub: 'ann', groups: [...many, 'staff'] } });
      const { status, body } = await office.redeem(await office.code(both));
      expect([status, body['scope']]).toEqual([200, both.scope]);
      later(61);
      expect(await office.refresh(body['refresh_token'])).toMatchObject({ status: 200, body: both });
    },
  );

  verifies(
    'vestibule:unruly-provider',
    'by a refresh token that nobody could keep signs nobody in',
    async () => {
      const page = async (length: number): Promise<Arrival> => {
        office.idp.play({ tokens: { refresh_token: 'r'.repeat(length) } });
        return (await saysYes()).arrive();
      };
      expect(toldClient(await page(16_384)).has('code')).toBe(true);
      const stranded = pageOf(await page(200_000));
      expect(stranded.text).toContain('Try again');
    },
  );
});
