import { describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import {
  eventsSince,
  hosted,
  pageOf,
  requestOf,
  signIn,
  toldClient,
  upToCallback,
} from '../support/people.ts';
import { playedOfficeForThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const office = playedOfficeForThisFile();

type Changes = Readonly<Record<string, string>>;

/** The identity provider says that the person signed in that many seconds ago, or does not say when. */
function playSignInBefore(seconds: number | undefined): void {
  office.idp.play({
    claims: (claims) => ({
      ...claims,
      auth_time: seconds === undefined ? undefined : Number(claims['iat']) - seconds,
    }),
  });
}

async function told(changes: Changes): Promise<string> {
  const from = office.company.log.length;
  const answer = await signIn(requestOf(office.company, { ...changes, prompt: changes['prompt'] ?? '' }));
  const decisions = eventsSince(office.company, from).filter(({ event }) => event !== 'sign_in_started');
  expect([answer.get('state'), decisions.length]).toEqual(['state-of-desk', 1]);
  return answer.get('error') ?? (answer.has('code') ? 'code' : 'nothing');
}

describe('a client that wants a person to sign in anew', () => {
  verifies('oidc:3.1.2.1:max-age', 'hears that they did not, whatever was asked for it', async () => {
    for (const wish of [{ prompt: 'login' }, { max_age: '600' }, { prompt: 'login', max_age: '7200' }]) {
      playSignInBefore(3_600);
      expect([wish, await told(wish)]).toEqual([wish, 'login_required']);
      playSignInBefore(5);
      expect([wish, await told(wish)]).toEqual([wish, 'code']);
    }
    playSignInBefore(3_600);
    expect(await told({})).toBe('code');
    expect(await told({ max_age: '7200' })).toBe('code');
  });

  verifies(
    ['oidc:3.1.2.1:max-age', 'vestibule:doctor-audit'],
    'has it said where that is mended',
    async () => {
      const findingOf = async (changes: Changes): Promise<unknown> => {
        const from = office.company.log.length;
        expect(await told(changes)).toBe('login_required');
        const event = eventsSince(office.company, from).find(({ finding }) => finding !== undefined);
        expect(event).toMatchObject({ event: 'authorization_refused', fix: expect.any(String) as string });
        return event?.['finding'];
      };
      playSignInBefore(3_600);
      expect(await findingOf({ prompt: 'login' })).toBe('sign_in_stale');
      playSignInBefore(undefined);
      expect(await findingOf({ max_age: '60' })).toBe('auth_time_missing');
    },
  );

  verifies(
    'oidc:3.1.2.1:max-age',
    'has a clock of the provider that is a minute behind forgiven',
    async () => {
      for (const wish of [{ prompt: 'login' }, { max_age: '0' }]) {
        playSignInBefore(50);
        expect([wish, await told(wish)]).toEqual([wish, 'code']);
        playSignInBefore(90);
        expect([wish, await told(wish)]).toEqual([wish, 'login_required']);
      }
    },
  );

  verifies('oidc:3.1.2.1:max-age', 'takes no silence where it asked for the age', async () => {
    playSignInBefore(undefined);
    expect(await told({ max_age: '600' })).toBe('login_required');
    expect(await told({ prompt: 'login', max_age: '600' })).toBe('login_required');
    // Without max_age nobody has to tell it.
    expect(await told({ prompt: 'login' })).toBe('code');
  });

  verifies('oidc:3.1.2.1:max-age', 'hears it once, and the sign-in is over', async () => {
    playSignInBefore(3_600);
    const browser = createBrowser();
    const callback = await upToCallback(browser, requestOf(office.company, { prompt: 'login' })).catch(
      String,
    );
    expect(callback).toBeInstanceOf(URL);
    await browser.open(callback, new URL(hosted));
    expect(pageOf(await browser.open(callback, new URL(hosted))).text).toContain('has been answered already');
  });

  verifies('oidc:3.1.2.1:max-age', 'has the provider asked for when it was', async () => {
    const asked = async (wish: Changes): Promise<unknown> => {
      await told(wish);
      const request = office.idp.requests.findLast(({ path }) => path === '/authorize');
      return request?.parameters['max_age'];
    };
    expect(await asked({ prompt: 'login' })).toBe('0');
    expect(await asked({ prompt: 'login', max_age: '600' })).toBe('600');
    expect(await asked({})).toBeUndefined();
  });

  verifies('oidc:3.1.2.1:max-age', 'may have one that takes their time at the provider', async () => {
    for (const wish of [{ prompt: 'login' }, { max_age: '0' }]) {
      const browser = createBrowser();
      const callback = await upToCallback(browser, requestOf(office.company, wish));
      office.company.run.clock.advance(200);
      playSignInBefore(150);
      const arrival = await browser.open(callback, new URL(hosted));
      expect([wish, toldClient(arrival).has('code')]).toEqual([wish, true]);
    }
  });
});
