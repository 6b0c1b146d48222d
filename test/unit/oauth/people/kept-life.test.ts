import { describe, expect, it } from 'vitest';
import { refreshLife } from '../../../../lambdas/adapters/upstream/refresh.ts';
import { askedAgain, keptUntil } from '../../../../lambdas/oauth/people/kept-life.ts';
import { after, instant } from '../../../../lambdas/runtime/clock.ts';

const now = instant(1_800_000_000);
const day = 86_400;

describe('a refresh token of an identity provider ends', () => {
  it.each([
    ['as Keycloak tells it', { refresh_expires_in: 1_800 }, 1_800],
    ['as others do', { refresh_token_expires_in: 86_399 }, 86_399],
    ['as some write numbers', { refresh_token_expires_in: '3600' }, 3_600],
    ['at nothing, for one that has no such end', { refresh_expires_in: 0 }, undefined],
    [
      'at nothing that is no number',
      { refresh_expires_in: 'soon', refresh_token_expires_in: null },
      undefined,
    ],
    ['at nothing that is less than a second', { refresh_expires_in: -1 }, undefined],
    ['at nothing, where nothing is told', {}, undefined],
  ])('%s', (_what, members, seconds) => {
    expect(refreshLife(members)).toEqual(seconds === undefined ? {} : { refreshSeconds: seconds });
  });

  it.each([
    ['as told', 'keycloak', 1_800, 1_800],
    ['as an offline token of Keycloak does', 'keycloak', undefined, 30 * day],
    ['as those of Entra do', 'entra', undefined, 90 * day],
    ['as those of Okta do', 'okta', undefined, 7 * day],
    ['as those of Auth0 do', 'auth0', undefined, 15 * day],
    ['whenever it pleases a provider of which nobody knows', 'generic', undefined, undefined],
    ['when everything of ours is over', 'generic', 401 * day, undefined],
  ] as const)('%s', (_what, profile, told, seconds) => {
    expect(keptUntil({ profile }, told, now, 0.5)).toEqual(
      seconds === undefined ? {} : { endsAt: after(now, seconds), dueAt: after(now, seconds * 0.7) },
    );
  });

  it.each([
    [0, 1_080],
    [0.999, 1_439],
  ])('no sooner than it is asked with between six and eight tenths of its life', (share, seconds) => {
    expect(keptUntil({ profile: 'keycloak' }, 1_800, now, share).dueAt).toBe(after(now, seconds));
  });
});

describe('a refresh token with which nobody could be asked now', () => {
  it.each([
    ['in a quarter of what is left', 600, 150],
    ['no later than in five minutes', day, 300],
    ['no sooner than in half a minute', 40, 30],
    ['in five minutes when it has ended', 0, 300],
    ['in five minutes when it has ended long ago', -day, 300],
  ])('is asked with again %s', (_when, left, seconds) => {
    expect(askedAgain({ endsAt: after(now, left), dueAt: now }, now)).toEqual({
      dueAt: after(now, seconds),
    });
  });

  it('is not asked with again where nobody had to ask with it', () => {
    expect(askedAgain({}, now)).toEqual({});
  });
});
