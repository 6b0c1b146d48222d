import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { app, type Desk, openDesk } from '../support/desk.ts';
import { type Answer, basic } from '../support/driver.ts';
import { alice, type GrantedCode } from '../support/granted.ts';
import { verifies } from '../verifies.ts';

let desk: Desk;
let secret: string;

beforeAll(async () => {
  desk = await openDesk();
  await desk.registerApp('other-app');
  const registered = await desk.client.register('clients', {
    ...{ client_id: 'web-app', client_name: 'Web', redirect_uris: ['https://app.example.com/callback'] },
    token_endpoint_auth_method: 'client_secret_basic',
  });
  secret = String(registered['client_secret']);
});

afterAll(() => desk.close());

const refused = (answer: Answer): readonly unknown[] => [answer.status, answer.body['error']];
const invalidGrant = [400, 'invalid_grant'];

async function expectWhole(granted: GrantedCode, clientId = app): Promise<void> {
  expect(await desk.redeem(granted, clientId)).toMatchObject({ status: 200 });
}

describe('a code', () => {
  verifies(
    ['rfc6749:4.1.3:tokens', 'rfc9068:2.2.1:authentication', 'rfc9068:2.2.3.1:roles'],
    'gets a token for the resource, in the name of the person who granted it',
    async () => {
      const answer = await desk.redeem(await desk.newCode({ scope: ['tools:read', 'tools:write'] }), app);
      expect(answer).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', expires_in: 900, scope: 'tools:read tools:write' },
      });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const keys = createRemoteJWKSet(new URL(`${desk.client.issuer}/.well-known/jwks.json`));
      const { payload } = await jwtVerify(String(answer.body['access_token']), keys, {
        ...{ issuer: desk.client.issuer, audience: desk.demo, typ: 'at+jwt' },
        currentDate: new Date(desk.deployment.run.clock.now()),
      });
      expect(payload).toMatchObject({
        ...{ sub: alice.id, client_id: app, aud: desk.demo, roles: ['everyone', 'engineering'] },
        ...{ auth_time: 1_700_000_000, acr: '1', amr: ['pwd'] },
      });
      expect(payload).not.toHaveProperty('agent_id');
      expect(answer.body).not.toHaveProperty('id_token');
    },
  );

  verifies('rfc6749:2.1:public-clients', 'proves a public client, and nothing else does', async () => {
    const granted = await desk.newCode();
    const asked = { grant_type: 'client_credentials', client_id: app, resource: desk.demo };
    expect(refused(await desk.client.token(asked))).toEqual([400, 'unauthorized_client']);
    const unknown = await desk.redeem(granted, 'nobody');
    expect(refused(unknown)).toEqual([401, 'invalid_client']);
    expect(unknown.headers.get('www-authenticate')).toBeNull();
    await expectWhole(granted);
  });

  verifies(
    'rfc6749:3.2.1:confidential-clients-authenticate',
    'of a confidential client is redeemed by its secret and not by its name',
    async () => {
      const granted = await desk.newCode({ clientId: 'web-app' });
      expect(refused(await desk.redeem(granted, 'web-app'))).toEqual([401, 'invalid_client']);
      const answer = await desk.redeem(granted, 'web-app', {}, basic('web-app', secret));
      expect(answer.status).toBe(200);
    },
  );

  verifies('rfc6749:4.1.2:short-lived', 'is dead after a minute', async () => {
    const granted = await desk.newCode();
    desk.deployment.run.clock.advance(60);
    expect(refused(await desk.redeem(granted, app))).toEqual(invalidGrant);
  });

  verifies(
    ['rfc6749:4.1.3:bound', 'rfc7636:4.6:proof', 'vestibule:strangers-change-nothing'],
    'is refused for every proof that is missing or wrong, and stays whole',
    async () => {
      const granted = await desk.newCode();
      const [head = '', tail = ''] = granted.code.split('.');
      const wrong: readonly (readonly [Record<string, string | undefined>, string, string?])[] = [
        [{}, 'invalid_grant', 'other-app'],
        [{ code_verifier: undefined }, 'invalid_request'],
        [{ code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
        [{ code_verifier: granted.verifier.slice(1) }, 'invalid_grant'],
        [{ code_verifier: `${granted.verifier} ` }, 'invalid_grant'],
        [{ redirect_uri: 'http://127.0.0.1:8080/callback' }, 'invalid_grant'],
        [{ redirect_uri: 'http://127.0.0.1/callback/' }, 'invalid_grant'],
        [{ code: undefined }, 'invalid_request'],
        [{ code: 'garbage' }, 'invalid_grant'],
        [{ code: `${head}.${'x'.repeat(43)}` }, 'invalid_grant'],
        [{ code: `${'x'.repeat(22)}.${tail}` }, 'invalid_grant'],
        [{ code: `${granted.code}.` }, 'invalid_grant'],
      ];
      for (const [more, error, clientId = app] of wrong) {
        const answer = await desk.redeem(granted, clientId, more);
        expect([answer.status, answer.body['error']], JSON.stringify(more)).toEqual([400, error]);
        expect(answer.body['error_description']).toMatch(/\w+ \w+/);
      }
      await expectWhole(granted);
    },
  );

  verifies('rfc8707:2.2:granted-resource', 'is for the resource that was granted', async () => {
    const uri = new URL(desk.demo);
    const spelled = desk.demo.replace(uri.host, uri.host.toUpperCase());
    for (const resource of [undefined, desk.demo, `${desk.demo}/`, spelled]) {
      expect((await desk.redeem(await desk.newCode(), app, { resource })).status, resource).toBe(200);
    }
    const granted = await desk.newCode();
    for (const resource of [`${desk.demo}x`, uri.origin, 'https://other.example/mcp', 'garbage']) {
      const answer = await desk.redeem(granted, app, { resource });
      expect(refused(answer), resource).toEqual([400, 'invalid_target']);
    }
    const repeated = await desk.client.token([
      ...Object.entries({ grant_type: 'authorization_code', code: granted.code, client_id: app }),
      ...Object.entries({ code_verifier: granted.verifier, redirect_uri: granted.redirectUri }),
      ...[desk.demo, 'https://other.example/mcp'].map((resource) => ['resource', resource] as const),
    ]);
    expect(refused(repeated)).toEqual([400, 'invalid_target']);
    await expectWhole(granted);
  });

  verifies(
    'rfc6749:4.1.2:once',
    'is redeemed by one of hundreds of requests',
    async () => {
      const granted = await desk.newCode();
      // All of them at one moment: whoever comes more than ten seconds after the winner is another case.
      const answers = await desk.deployment.run.clock.standStill(() =>
        Promise.all(Array.from({ length: 200 }, () => desk.redeem(granted, app))),
      );
      const [tokens, ...more] = answers.filter(({ status }) => status === 200);
      expect(more).toEqual([]);
      for (const answer of answers.filter(({ status }) => status !== 200)) {
        expect(refused(answer)).toEqual(invalidGrant);
      }
      expect((await desk.refresh(tokens!.body['refresh_token'], app)).status).toBe(200);
    },
    120_000,
  );

  verifies('rfc6749:4.1.2:once', 'is redeemed once by instances that all have it in hand', async () => {
    // Instances take one request at a time: only several that are awake already come to the write side by side.
    const guess = await desk.newCode();
    await Promise.all(Array.from({ length: 60 }, () => desk.redeem(guess, 'other-app')));
    for (let round = 0; round < 20; round += 1) {
      const granted = await desk.newCode();
      const answers = await Promise.all(Array.from({ length: 6 }, () => desk.redeem(granted, app)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
    }
  });

  verifies('vestibule:code-retry', 'that its owner presents again at once ends nothing', async () => {
    const granted = await desk.newCode();
    const { clock } = desk.deployment.run;
    const tokens = await clock.standStill(async () => {
      const first = await desk.redeem(granted, app);
      clock.advance(9);
      expect(refused(await desk.redeem(granted, app))).toEqual(invalidGrant);
      return first;
    });
    expect((await desk.refresh(tokens.body['refresh_token'], app)).status).toBe(200);
  });

  verifies('rfc6749:4.1.2:once', 'that its owner presents again later ends all that came of it', async () => {
    const granted = await desk.newCode();
    const tokens = await desk.redeem(granted, app);
    desk.deployment.run.clock.advance(90);
    expect(refused(await desk.redeem(granted, app))).toEqual(invalidGrant);
    const answer = await desk.refresh(tokens.body['refresh_token'], app);
    expect(refused(answer)).toEqual(invalidGrant);
    expect(answer.body['error_description']).toContain('its code was used a second time');
    expect((await desk.grants.find(granted.grantId))?.ended).toMatchObject({ reason: 'code_replayed' });
  });

  verifies('vestibule:strangers-change-nothing', 'that a stranger presents later ends nothing', async () => {
    const granted = await desk.newCode();
    const tokens = await desk.redeem(granted, app);
    desk.deployment.run.clock.advance(90);
    for (const [clientId, more] of [
      ['other-app', {}],
      [app, { code_verifier: undefined }],
      [app, { code_verifier: 'x'.repeat(43) }],
      [app, { redirect_uri: 'http://127.0.0.1/other' }],
      [app, { resource: 'https://other.example/mcp' }],
    ] as const) {
      expect((await desk.redeem(granted, clientId, more)).status).toBe(400);
    }
    expect((await desk.refresh(tokens.body['refresh_token'], app)).status).toBe(200);
  });
});
