import { afterEach, describe, expect } from 'vitest';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { driveDownstream, type SignInOptions } from '../support/downstream-driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(() => driveDownstream());
afterEach(() => {
  driver.first.play();
});

async function detailOf(behaviour: Behaviour, options?: SignInOptions): Promise<unknown> {
  driver.first.play(behaviour);
  const answer = await driver.signIn('first', options);
  return answer.told === 'refused' ? Object.values(answer.refusal).join(': ') : answer;
}

describe('an id_token is not believed', () => {
  const changed = (change: Readonly<Record<string, unknown>>): Behaviour => ({
    claims: (claims) => ({ ...claims, ...change }),
  });
  const at = (): number => Math.floor(driver.deployment.run.clock.now() / 1_000);

  verifies(['oidc:3.1.3.7:id-token', 'oidc:3.1.3.8:at-hash'], 'with anything wrong in it', async () => {
    const wrong: readonly (readonly [string, Behaviour])[] = [
      ['unexpected ID Token "nonce" claim value', changed({ nonce: 'another' })],
      ['JWT "nonce" (nonce) claim missing', changed({ nonce: undefined })],
      ['unexpected JWT "aud" (audience) claim value', changed({ aud: 'another' })],
      [
        'ID Token "aud" (audience) claim includes additional untrusted audiences',
        changed({ aud: ['vestibule', 'another'] }),
      ],
      ['azp is another client', changed({ azp: 'another' })],
      ['unexpected JWT "iss" (issuer) claim value', changed({ iss: driver.second.issuer })],
      [
        'unexpected JWT "exp" (expiration time) claim value, expiration is past current timestamp',
        changed({ exp: at() - 61 }),
      ],
      ['unexpected JWT "nbf" (not before) claim value', changed({ nbf: at() + 90, exp: at() + 300 })],
      ['iat is in the future', changed({ iat: at() + 90, exp: at() + 300 })],
      ['at_hash is that of another access token', changed({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
      ['JWT "sub" (subject) claim missing', changed({ sub: undefined })],
      ['id_token is signed by no key of the provider', { signing: 'stranger' }],
      ['unexpected JWT "alg" header parameter', { signing: 'none' }],
      ['unexpected JWT "alg" header parameter', { signing: 'HS256' }],
    ];
    for (const [detail, behaviour] of wrong) {
      expect([detail, await detailOf(behaviour)]).toEqual([detail, `upstream_answer_invalid: ${detail}`]);
    }
  });

  verifies('oidc:10.1.1:key-rotation', 'by a key that was published for something else', async () => {
    const others = [
      ...[{ use: 'enc' }, { key_ops: ['sign'] }, { key_ops: [] }, { alg: 'RS512' }, { alg: 'RSA-OAEP' }],
      ...[{ kid: 'another' }, { kid: undefined }, { kty: 'oct' }],
    ];
    for (const other of others) {
      driver.deployment.run.clock.advance(601);
      expect([other, await detailOf({ keys: (keys) => keys.map((key) => ({ ...key, ...other })) })]).toEqual([
        ...[other, 'upstream_answer_invalid: id_token is signed by no key of the provider'],
      ]);
    }
    driver.deployment.run.clock.advance(601);
    const usual = { use: undefined, key_ops: ['verify'], alg: undefined };
    const signedIn = await detailOf({ keys: (keys) => keys.map((key) => ({ ...key, ...usual })) });
    expect(signedIn).toMatchObject({ told: 'signed_in' });
    driver.deployment.run.clock.advance(601);
  });

  verifies(
    'oidc:3.1.3.7:id-token',
    'by an algorithm that the provider lists and we do not take',
    async () => {
      driver.deployment.run.clock.advance(601);
      const metadata = { id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'] };
      for (const signing of ['none', 'HS256'] as const) {
        expect(await detailOf({ metadata, signing })).toBe(
          'upstream_answer_invalid: id_token is signed by an algorithm that is not taken',
        );
      }
      driver.deployment.run.clock.advance(601);
    },
  );
});

describe('a way back is refused', () => {
  verifies('rfc9207:2.4:upstream-iss', 'that another provider gave, or that hides who gave it', async () => {
    const calls = (): number => driver.second.requests.filter(({ path }) => path === '/token').length;
    const before = calls();
    // The browser was sent to the first; the second gets hold of it, and hopes for the code of the first.
    const mixedUp = await driver.signIn('first', { callback: 'second' });
    expect(mixedUp).toMatchObject({
      refusal: { detail: 'unexpected "iss" (issuer) response parameter value' },
    });
    expect(calls()).toBe(before);
    expect(await detailOf({ iss: driver.second.issuer })).toContain('unexpected "iss" (issuer)');
    expect(await detailOf({ iss: null })).toContain('"iss" (issuer) missing');
    expect(
      await detailOf(
        {},
        {
          back: (parameters) => {
            parameters.append('iss', driver.first.issuer);
          },
        },
      ),
    ).toContain('must be provided only once');
  });

  verifies('oidc:3.1.2.1:request', 'that bears another state, or none', async () => {
    expect(
      await detailOf(
        {},
        {
          back: (parameters) => {
            parameters.set('state', 'x');
          },
        },
      ),
    ).toContain('unexpected "state"');
    expect(
      await detailOf(
        {},
        {
          back: (parameters) => {
            parameters.delete('state');
          },
        },
      ),
    ).toContain('"state" missing');
  });

  verifies(
    'oidc:3.1.2.1:request',
    'with the code of the provider’s own error and nothing else of it',
    async () => {
      expect(await detailOf({ error: 'login_required' })).toBe('upstream_refused: login_required');
      expect(await detailOf({ error: `x y\n${'z'.repeat(90)}` })).toBe('upstream_refused: server_error');
      expect(
        await detailOf(
          {},
          {
            back: (parameters) => {
              parameters.set('code', 'stolen');
            },
          },
        ),
      ).toBe('upstream_refused: invalid_grant');
    },
  );

  verifies(
    'vestibule:standing-lost-reply',
    'as unavailable while the provider is down, and goes on after',
    async () => {
      driver.first.play({ status: 503 });
      driver.deployment.run.clock.advance(601);
      expect(await driver.signIn('first').catch(String)).toMatchObject({
        told: 'unavailable',
        dependency: 'identity provider first',
      });
      driver.first.play();
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
    },
  );
});

verifies('vestibule:upstream-secrets', 'no log holds a code, a token or a secret of a provider', () => {
  const canaries = [...driver.first.given, ...driver.second.given];
  expect(canaries.length).toBeGreaterThan(20);
  const secrets = driver.first.requests.flatMap(({ parameters }) => parameters['client_secret'] ?? []);
  const log = driver.deployment.log.join('\n');
  for (const canary of [...canaries, ...secrets]) expect(log).not.toContain(canary);
});
