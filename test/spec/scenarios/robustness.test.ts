import { randomUUID } from 'node:crypto';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { basic, type Driver, drive } from '../support/driver.ts';
import { newKeyClient } from '../support/registrations.ts';
import { signedFetch } from '../support/signed-fetch.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let planner: { readonly authorization: string };
let demo: string;
const form = { grant_type: 'client_credentials' } as const;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

describe('limits', () => {
  verifies(
    'vestibule:body-limit',
    'answer 413 to a body over 64 kB at every endpoint that takes one',
    async () => {
      const body = `grant_type=client_credentials&scope=${'x'.repeat(70_000)}`;
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      for (const path of ['/token', '/introspect', '/revoke', '/authorize']) {
        const response = await client.send(path, { method: 'POST', body, headers });
        expect([path, response.status]).toEqual([path, 413]);
        expect(response.body).toHaveProperty('error');
      }
      const request = { method: 'POST', url: `${client.issuer}/admin/resources`, body: `"${body}"` };
      expect((await signedFetch(deployment.operator, request)).status).toBe(413);
    },
  );
});

describe('a failing dependency', () => {
  const faults = (): TestDeployment['run']['cloud']['faults'] => deployment.run.cloud.faults;
  const tokenCalls = ['dynamodb:BatchGetItem', 'kms:Sign'] as const;

  verifies(
    'vestibule:dependency-down',
    'is a 503 with Retry-After, and the next try works',
    async () => {
      for (const action of tokenCalls) {
        for (const kind of ['throttle', 'down'] as const) {
          client.letCachesExpire();
          faults().add({ action, kind, from: 1, to: Infinity });
          const failed = await client.token({ ...form, resource: demo }, planner);
          expect([action, kind, failed.status]).toEqual([action, kind, 503]);
          expect(failed.body['error']).toBe('temporarily_unavailable');
          expect(Number(failed.headers.get('retry-after'))).toBeGreaterThan(0);
          faults().clear();
          expect((await client.token({ ...form, resource: demo }, planner)).status).toBe(200);
        }
      }
    },
    120_000,
  );

  verifies(
    'vestibule:dependency-down',
    'is the same at discovery, at the authorization endpoint and for operators',
    async () => {
      client.letCachesExpire();
      faults().add('dynamodb:*=down@*');
      const paths = [
        '/.well-known/jwks.json',
        '/.well-known/oauth-protected-resource/demo',
        '/authorize?client_id=planner-client',
      ];
      for (const path of paths) {
        const failed = await client.get(path, { accept: 'application/json' });
        expect([path, failed.status]).toEqual([path, 503]);
        expect(failed.headers.get('retry-after')).not.toBeNull();
      }
      expect((await client.admin('GET', 'agents')).status).toBe(503);
      faults().clear();
      for (const path of paths.slice(0, 2)) expect((await client.get(path)).status).toBe(200);
      expect((await client.admin('GET', 'agents')).status).toBe(200);
    },
    120_000,
  );

  verifies(
    'vestibule:dependency-down',
    'that is throttled once is tried again unnoticed',
    async () => {
      client.letCachesExpire();
      faults().add('dynamodb:BatchGetItem=throttle@1,kms:Sign=throttle@1');
      expect((await client.token({ ...form, resource: demo }, planner)).status).toBe(200);
      faults().clear();
    },
    60_000,
  );
});

describe('the logs', () => {
  verifies(
    'vestibule:secrets-never-logged',
    'hold no secret, token or assertion, and neither do errors, after successes, refusals and failures',
    async () => {
      const canary = `canary-${randomUUID()}`;
      const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
      const jwks = { keys: [await exportJWK(publicKey)] };
      const id = await newKeyClient(client, 'canary', [{ resource: demo, required: ['tools:read'] }], {
        jwks,
      });
      const now = Math.floor(deployment.run.clock.now() / 1000);
      const assertion = await new SignJWT({
        iss: id,
        sub: id,
        aud: client.issuer,
        jti: canary,
        exp: now + 60,
      })
        .setProtectedHeader({ alg: 'ES256' })
        .sign(privateKey);
      const asserted = {
        ...form,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      };
      const secret = Buffer.from(planner.authorization.slice(6), 'base64').toString().split(':')[1]!;
      const added = await client.admin('POST', 'clients/planner-client/secrets');
      const issued = await client.token({ ...form, resource: demo }, planner);
      const accepted = await client.token(asserted);
      expect([added.status, issued.status, accepted.status]).toEqual([201, 200, 200]);
      const server = basic('demo-server', await deployment.secretOf('demo-server'));
      const token = new URLSearchParams({ token: String(issued.body['access_token']) });
      for (const [path, headers] of [
        ['/introspect', server],
        ['/revoke', planner],
        ['/introspect', server],
      ] as const) {
        expect((await client.send(path, { method: 'POST', body: token, headers })).status).toBe(200);
      }
      deployment.run.cloud.faults.add('kms:Sign=down@*');
      const refusals = await Promise.all([
        client.token(asserted),
        client.token({ ...form, resource: demo }, planner),
        client.token({ ...form, client_id: 'planner-client', client_secret: canary }),
        client.token(form, { authorization: `Bearer ${canary}` }),
        client.token({ ...form, scope: canary, resource: `https://${canary}.example.com` }, planner),
        client.send(`/token?client_secret=${canary}`, { method: 'POST', headers: planner }),
        client.send('/token', { method: 'POST', body: JSON.stringify({ canary }), headers: planner }),
      ]);
      deployment.run.cloud.faults.clear();
      const secrets = [
        secret,
        server.authorization.slice(6),
        planner.authorization.slice(6),
        String(added.body['client_secret']),
        String(issued.body['access_token']).split('.')[2]!,
        String(accepted.body['access_token']).split('.')[2]!,
        assertion,
        assertion.split('.')[2]!,
      ];
      const written = deployment.log.join('\n');
      const answered = refusals.map((refusal) => refusal.text).join('\n');
      for (const event of ['token_issued', 'token_introspected', 'token_revoked']) {
        expect(deployment.log.some((line) => line.includes(event))).toBe(true);
      }
      for (const value of secrets) {
        expect(written).not.toContain(value);
        expect(answered).not.toContain(value);
      }
      expect(answered).not.toContain(canary);
      expect(written.split('\n').filter((line) => line.includes(`client_secret=${canary}`))).toEqual([]);
    },
    120_000,
  );
});
