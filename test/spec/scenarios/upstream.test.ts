import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { Behaviour } from '../../support/played-idp.ts';
import { type DownstreamDriver, driveDownstream, type SignInOptions } from '../support/downstream-driver.ts';
import { verifies } from '../verifies.ts';

let driver: DownstreamDriver;
beforeAll(async () => {
  driver = await driveDownstream();
});
afterEach(() => {
  driver.first.play();
  driver.second.play();
});
afterAll(() => driver.stop());

const ann = { sub: 'ann', name: 'Ann', email: 'ann@example.com', groups: ['staff'] };

async function personAt(idp: 'first' | 'second', behaviour: Behaviour = {}): Promise<string> {
  driver[idp].play(behaviour);
  const answer = await driver.signIn(idp);
  if (answer.told !== 'signed_in') throw new Error(JSON.stringify(answer));
  return answer.signedIn.person.id;
}

async function detailOf(behaviour: Behaviour, options?: SignInOptions): Promise<unknown> {
  driver.first.play(behaviour);
  const answer = await driver.signIn('first', options);
  return answer.told === 'refused' ? Object.values(answer.refusal).join(': ') : answer;
}

describe('a sign-in upstream', () => {
  verifies(
    ['oidc:3.1.2.1:request', 'vestibule:nothing-upstream'],
    'asks for what it needs, and for nothing of the client',
    async () => {
      const wishes = { prompt: 'login', maxAge: 60, acrValues: 'mfa', loginHint: 'ann@example.com' } as const;
      const answer = await driver.signIn('first', { wishes });
      expect(answer).toMatchObject({
        told: 'signed_in',
        signedIn: {
          person: { idp: 'first', name: 'Ann', email: 'ann@example.com', groups: ['staff'] },
          authTime: expect.any(Number) as number,
          keptUpstream: false,
        },
      });
      const { parameters } = driver.first.requests.findLast(({ path }) => path === '/authorize')!;
      const unknown = expect.any(String) as string;
      expect(parameters).toEqual({
        ...{ response_type: 'code', client_id: 'vestibule', scope: 'openid profile email groups' },
        redirect_uri: `${driver.deployment.issuer}/callback/first`,
        ...{ state: unknown, nonce: unknown, code_challenge: unknown, code_challenge_method: 'S256' },
        ...{ prompt: 'login', max_age: '60', acr_values: 'mfa', login_hint: 'ann@example.com' },
      });
    },
  );

  verifies(
    'oidc-discovery:4.1:trailing-slash',
    'takes an issuer that ends in a slash as it is written',
    async () => {
      expect(await personAt('second', { person: { ...ann, tid: 'one' } })).toMatch(/^person\./);
    },
  );

  verifies('oidc-discovery:4.1:trailing-slash', 'uses no metadata that names another issuer', async () => {
    // What is remembered of it is used for ten minutes.
    driver.deployment.run.clock.advance(601);
    driver.first.play({ metadata: { issuer: `${driver.first.issuer}/` } });
    expect(await driver.signIn('first')).toMatchObject({ told: 'unavailable' });
    driver.first.play();
    expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
  });

  verifies(
    'oidc:9:client-authentication',
    'proves itself by post where the provider takes nothing else',
    async () => {
      driver.deployment.run.clock.advance(601);
      driver.first.play({ metadata: { token_endpoint_auth_methods_supported: ['client_secret_post'] } });
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
      const { parameters } = driver.first.requests.findLast(({ path }) => path === '/token')!;
      expect(parameters['client_secret']).toHaveLength(48);
      driver.deployment.run.clock.advance(601);
    },
  );

  verifies(
    'oidc:10.1.1:key-rotation',
    'goes on when the provider rotates its keys between two sign-ins and amid one',
    async () => {
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
      driver.first.rotateKeys();
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
      const amid = {
        back: () => {
          driver.first.rotateKeys();
        },
      };
      expect(await driver.signIn('first', amid)).toMatchObject({ told: 'signed_in' });
    },
  );

  verifies('oidc:3.1.3.7:id-token', 'takes a clock that is a minute off', async () => {
    for (const ahead of [-300 - 50, 55]) {
      driver.first.play({ ahead });
      expect([ahead, await driver.signIn('first')]).toMatchObject([ahead, { told: 'signed_in' }]);
    }
  });
});

describe('who signed in', () => {
  verifies(
    'vestibule:persons',
    'is another person at another provider, whatever subject or e-mail that asserts',
    async () => {
      const there = await personAt('first', { person: ann });
      expect(await personAt('first', { person: { ...ann, name: 'Anna', email: 'new@example.com' } })).toBe(
        there,
      );
      expect(await personAt('second', { person: { ...ann, tid: 'one' } })).not.toBe(there);
      expect(await personAt('second', { person: { ...ann, tid: 'one' } })).not.toBe(
        await personAt('second', { person: { ...ann, tid: 'two' } }),
      );
      expect(await personAt('first', { person: { ...ann, sub: 'eve' } })).not.toBe(there);
    },
  );

  verifies(
    'vestibule:persons',
    'is nobody without the tenant that tells their provider’s people apart',
    async () => {
      driver.second.play({ person: ann });
      expect(await driver.signIn('second')).toEqual({
        told: 'refused',
        refusal: { reason: 'upstream_answer_invalid', detail: 'the claim tid is missing' },
      });
    },
  );

  verifies(
    'oidc:5.3.2:userinfo-sub',
    'is told by the userinfo endpoint where the id_token is thin',
    async () => {
      const claims = ({ name, email, groups, ...rest }: Readonly<Record<string, unknown>>) => {
        expect([name, email, groups]).not.toContain(undefined);
        return rest;
      };
      driver.first.play({ claims, userinfo: { ...ann, groups: ['chiefs'] } });
      expect(await driver.signIn('first')).toMatchObject({
        signedIn: { person: { name: 'Ann', email: 'ann@example.com', groups: ['chiefs'] } },
      });
      expect(await detailOf({ claims, userinfo: { ...ann, sub: 'eve' } })).toBe(
        'upstream_answer_invalid: unexpected "response" body "sub" property value',
      );
    },
  );
});

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
  expect(canaries.length).toBeGreaterThan(50);
  const secrets = driver.first.requests.flatMap(({ parameters }) => parameters['client_secret'] ?? []);
  const log = driver.deployment.log.join('\n');
  for (const canary of [...canaries, ...secrets]) expect(log).not.toContain(canary);
});
