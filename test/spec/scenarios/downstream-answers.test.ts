import { afterEach, describe, expect } from 'vitest';
import { type ExchangeAnswer, refused } from '../../support/played-exchanges.ts';
import { driveApis, tokenIn } from '../support/api-driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(driveApis);
afterEach(() => {
  driver.mend();
});

describe('what the provider says', () => {
  const told = (refusal: object): object => ({ told: 'not_exchanged', refusal });
  const unavailable = { told: 'unavailable', dependency: 'identity provider first', retryAfterSeconds: 5 };
  const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
  const cases: readonly (readonly [string, ExchangeAnswer, object])[] = [
    [
      'a wish for the person',
      refused('interaction_required', { claims }),
      told({ kind: 'interaction_required', claims }),
    ],
    [
      'a wish with a place to go',
      refused('interaction_required', { interaction_uri: 'https://idp.example.com/connect' }),
      told({ kind: 'interaction_required', url: 'https://idp.example.com/connect' }),
    ],
    [
      'a wish of another form',
      refused('interaction_required', { claims: 'anything', interaction_uri: 'javascript:alert(1)' }),
      told({ kind: 'interaction_required' }),
    ],
    ['a lack of consent', refused('consent_required'), told({ kind: 'consent_required' })],
    ['no', refused('invalid_target'), told({ kind: 'refused', error: 'invalid_target' })],
    [
      'no, with its own number',
      refused('invalid_grant', { error_description: 'AADSTS50013: ann@example.com' }),
      told({ kind: 'refused', error: 'invalid_grant', vendorCode: 'AADSTS50013' }),
    ],
    [
      'no, as if it were yes',
      { ...refused('invalid_scope'), status: 200 },
      told({ kind: 'refused', error: 'invalid_scope' }),
    ],
    ['an error that is none', refused('no "such" code'), unavailable],
    ['that it does not know us', refused('invalid_client', {}, 401), unavailable],
    ['yes, and gives nothing', { status: 200, body: {} }, unavailable],
    [
      'yes, and gives a refresh token',
      {
        status: 200,
        body: { ...aToken(), issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      },
      unavailable,
    ],
    [
      'yes, and gives a token that is bound to a key of ours',
      { status: 200, body: { ...aToken(), token_type: 'DPoP' } },
      told({
        ...{ kind: 'refused', error: 'token_bound_to_another_key', fault: 'exchanged_tokens_bound' },
        fix: 'Do not require a proof of possession (DPoP) of the client vestibule, or name another one in strategy.client of the API: the settings of the client at the identity provider.',
      }),
    ],
    ['that it is down', { status: 500, body: {} }, unavailable],
    ['that it has too much to do', { status: 429, body: {} }, unavailable],
    ['nothing', 'hang up', unavailable],
  ];

  function aToken(): object {
    return { access_token: 'api-canary-other', token_type: 'Bearer', expires_in: 300 };
  }

  for (const [what, answer, expected] of cases) {
    verifies('rfc8693:2.2.2:upstream-answer', `is understood: ${what}`, async () => {
      const kept = await driver.aGrant();
      driver.exchanges.play(() => answer);
      expect(await driver.exchange(kept)).toEqual(expected);
      // Whoever asks a moment later is told the same, and the provider is left alone.
      driver.exchanges.play();
      expect(await driver.asking(() => driver.exchange(kept))).toEqual([0, 0]);
      expect(await driver.exchange(kept)).toEqual(expected);
      driver.later(6);
      expect((await driver.exchange(kept)).told).toBe('exchanged');
    });
  }

  verifies(
    'rfc8693:2.2.2:upstream-answer',
    'is nothing that may have had an effect, asked twice',
    async () => {
      for (const answer of ['hang up', { status: 500, body: {} }, { status: 503, body: {} }] as const) {
        const kept = await driver.aGrant();
        driver.exchanges.play(() => answer);
        expect(await driver.asking(() => driver.exchange(kept))).toEqual([1, 1]);
      }
    },
  );

  verifies('vestibule:api-once', 'is remembered by nobody where it does not say until when', async () => {
    const kept = await driver.aGrant();
    driver.exchanges.play(() => driver.exchanges.give({ expires_in: undefined }));
    const answer = await driver.exchange(kept);
    expect(tokenIn(answer)).not.toBe(tokenIn(await driver.exchange(kept)));
    expect(answer).not.toHaveProperty('token.expiresAt');
  });
});
