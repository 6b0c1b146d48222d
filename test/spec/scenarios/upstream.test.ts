import { afterEach, describe, expect } from 'vitest';
import type { Behaviour } from '../../support/played-idp/behaviour.ts';
import { driveDownstream } from '../support/downstream-driver.ts';
import { forThisFile } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const driver = forThisFile(() => driveDownstream());
afterEach(() => {
  driver.first.play();
  driver.second.play();
});

const ann = { sub: 'ann', name: 'Ann', email: 'ann@example.com', groups: ['staff'] };

async function personAt(idp: 'first' | 'second', behaviour: Behaviour = {}): Promise<string> {
  driver[idp].play(behaviour);
  const answer = await driver.signIn(idp);
  if (answer.told !== 'signed_in') throw new Error(JSON.stringify(answer));
  return answer.signedIn.person.id;
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
    ['oidc-discovery:4.1:trailing-slash', 'vestibule:nothing-upstream'],
    'sends nobody to a place that is not https, and asks nothing there',
    async () => {
      for (const endpoint of ['authorization', 'token', 'userinfo']) {
        for (const place of ['http://idp.example.com/x', 'javascript:alert(1)', '/relative', 7]) {
          driver.deployment.run.clock.advance(601);
          driver.first.play({ metadata: { [`${endpoint}_endpoint`]: place } });
          expect([place, await driver.signIn('first')]).toMatchObject([place, { told: 'unavailable' }]);
        }
      }
      driver.deployment.run.clock.advance(601);
    },
  );

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

  verifies('oidc:10.1.1:key-rotation', 'goes on where two keys have one name', async () => {
    driver.deployment.run.clock.advance(601);
    const another = 'AQAB'.repeat(86);
    const forged = (keys: readonly Readonly<Record<string, unknown>>[]) =>
      keys.map((key) => ({ ...key, n: another.slice(0, 342) }));
    driver.first.play({ keys: (keys) => [...forged(keys), ...keys, ...forged(keys)] });
    expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
    driver.deployment.run.clock.advance(601);
    driver.first.play({ keys: forged });
    expect(await driver.signIn('first')).toMatchObject({
      refusal: { detail: 'id_token is signed by no key of the provider' },
    });
    driver.deployment.run.clock.advance(601);
  });

  verifies(
    'oidc:10.1.1:key-rotation',
    'goes on when another key takes over the name of the one before',
    async () => {
      driver.deployment.run.clock.advance(601);
      driver.first.play({ keyName: 'the-key' });
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
      driver.first.rotateKeys();
      expect(await driver.signIn('first')).toMatchObject({ told: 'signed_in' });
      driver.deployment.run.clock.advance(601);
    },
  );

  verifies('oidc:10.1.1:key-rotation', 'tries no more than ten keys of one name', async () => {
    const others = (count: number) => (keys: readonly Readonly<Record<string, unknown>>[]) => [
      ...Array.from({ length: count }, (_, index) => ({ ...keys[0], n: `A${index}`.padEnd(342, 'Q') })),
      ...keys,
    ];
    for (const [count, told] of [
      [9, 'signed_in'],
      [10, 'refused'],
    ] as const) {
      driver.deployment.run.clock.advance(601);
      driver.first.play({ keys: others(count) });
      expect([count, await driver.signIn('first')]).toMatchObject([count, { told }]);
    }
    driver.deployment.run.clock.advance(601);
  });

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
        explained: {
          code: 'claim_missing',
          fix: expect.stringContaining('Have the claim tid put into id_tokens') as string,
        },
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
      driver.first.play({ claims, userinfo: { ...ann, sub: 'eve' } });
      expect(await driver.signIn('first')).toMatchObject({
        refusal: {
          reason: 'upstream_answer_invalid',
          detail: 'unexpected "response" body "sub" property value',
        },
      });
    },
  );
});

describe('a userinfo endpoint', () => {
  const thin = ({ name, email, groups, ...rest }: Readonly<Record<string, unknown>>) => {
    expect([name, email, groups]).not.toContain(undefined);
    return rest;
  };

  verifies(
    ['vestibule:persons', 'oidc:5.3.2:userinfo-sub'],
    'tells neither of which tenant somebody is, nor how or in which session they signed in',
    async () => {
      driver.second.play({ claims: thin, userinfo: { ...ann, tid: 'one' } });
      expect(await driver.signIn('second')).toMatchObject({
        refusal: { detail: 'the claim tid is missing' },
      });
      const userinfo = { ...ann, acr: 'gold', amr: ['mfa'], auth_time: 1, sid: 'theirs' };
      const withoutTime = ({ auth_time: time, ...rest }: Readonly<Record<string, unknown>>) => {
        expect(time).toBeDefined();
        return thin(rest);
      };
      driver.first.play({ claims: withoutTime, userinfo });
      expect(await driver.signIn('first', { wishes: { acrValues: 'gold' } })).toEqual({
        told: 'signed_in',
        signedIn: {
          person: {
            ...{ id: expect.any(String) as string, idp: 'first', name: 'Ann', groups: ['staff'] },
            email: 'ann@example.com',
          },
          ...{ keptUpstream: false, idToken: expect.any(String) as string },
        },
      });
    },
  );

  verifies('vestibule:persons', 'vouches for the address that it tells, and for no other', async () => {
    const named = ({ groups, ...rest }: Readonly<Record<string, unknown>>) => {
      expect(groups).toBeDefined();
      return rest;
    };
    const userinfo = { ...ann, email: 'ann@home.example', email_verified: true };
    driver.first.play({ claims: named, userinfo });
    const mixed = await driver.signIn('first');
    expect(mixed).toMatchObject({ signedIn: { person: { email: 'ann@example.com', groups: ['staff'] } } });
    expect(mixed).not.toHaveProperty('signedIn.person.emailVerified');
    driver.first.play({ claims: thin, userinfo });
    expect(await driver.signIn('first')).toMatchObject({
      signedIn: { person: { email: 'ann@home.example', emailVerified: true } },
    });
  });
});

verifies('vestibule:upstream-secrets', 'no log holds a code, a token or a secret of a provider', () => {
  const canaries = [...driver.first.given, ...driver.second.given];
  expect(canaries.length).toBeGreaterThan(20);
  const secrets = driver.first.requests.flatMap(({ parameters }) => parameters['client_secret'] ?? []);
  const log = driver.deployment.log.join('\n');
  for (const canary of [...canaries, ...secrets]) expect(log).not.toContain(canary);
});
