import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

const grant = { grant_type: 'client_credentials' } as const;
let deployment: TestDeployment;
let client: Driver;
let planner: { readonly authorization: string };
let plannerSecret: string;
let demo: string;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  plannerSecret = await deployment.secretOf('planner-client');
  planner = basic('planner-client', plannerSecret);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

function refused({ status, body }: Answer): readonly [number, unknown] {
  return [status, body['error']];
}

describe('client authentication', () => {
  verifies('rfc6749:2.3.1:basic', 'accepts HTTP Basic', async () => {
    expect((await client.token({ ...grant, resource: demo }, planner)).status).toBe(200);
  });

  verifies('rfc6749:2.3.1:basic-is-form-encoded', 'reads HTTP Basic as form-encoded text', async () => {
    const encoded = 'planner-client'.replaceAll('-', '%2d').replaceAll('p', '%70');
    const authorization = `basic ${Buffer.from(`${encoded}:${plannerSecret}`).toString('base64')}`;
    expect((await client.token({ ...grant, resource: demo }, { authorization })).status).toBe(200);
  });

  verifies(['rfc6749:2.3.1:post', 'CC-2', 'CC-5'], 'accepts a secret in the body', async () => {
    const secret = await deployment.secretOf('analyst-client');
    const form = { ...grant, resource: demo, client_id: 'analyst-client', client_secret: secret };
    expect((await client.token({ ...form, scope: 'tools:read' })).status).toBe(200);
  });

  verifies(
    ['rfc6749:2.3:one-method', 'rfc6749:5.2:invalid-request'],
    'refuses two methods at once',
    async () => {
      const twice = { ...grant, client_id: 'planner-client', client_secret: plannerSecret };
      expect(refused(await client.token(twice, planner))).toEqual([400, 'invalid_request']);
    },
  );

  verifies(
    ['rfc6749:5.2:invalid-client', 'CC-1', 'IX-28', 'rfc6749:5.2:no-store'],
    'answers an unknown client exactly as a wrong secret',
    async () => {
      const [unknown, wrong] = [
        await client.token(grant, basic('nobody', plannerSecret)),
        await client.token(grant, basic('planner-client', 'wrong')),
      ];
      expect(refused(unknown)).toEqual([401, 'invalid_client']);
      expect(wrong.text).toBe(unknown.text);
      expect(wrong.headers.get('cache-control')).toBe('no-store');
    },
  );

  verifies(
    'rfc6749:5.2:invalid-client-basic-challenge',
    'challenges with Basic whoever tried the header',
    async () => {
      for (const authorization of [basic('nobody', 'x').authorization, 'Basic !', 'Bearer token']) {
        const { status, headers } = await client.token(grant, { authorization });
        expect(status).toBe(401);
        expect(headers.get('www-authenticate')).toMatch(/^Basic /);
      }
    },
  );

  verifies(
    ['rfc6749:3.2.1:confidential-clients-authenticate', 'rfc6749:4.4:confidential-only'],
    'refuses a client that names itself and proves nothing',
    async () => {
      expect(refused(await client.token({ ...grant, client_id: 'planner-client' }))).toEqual([
        401,
        'invalid_client',
      ]);
      expect(refused(await client.token(grant))).toEqual([401, 'invalid_client']);
    },
  );

  verifies('vestibule:disabled-client', 'refuses a disabled client within 5 seconds', async () => {
    const short = await newSecretClient(client, 'short', [
      { resource: demo, required: ['tools:read'], optional: [] },
    ]);
    expect((await client.token(grant, short)).status).toBe(200);
    await client.admin('POST', 'clients/short-client/disable');
    client.letCachesExpire();
    expect(refused(await client.token(grant, short))).toEqual([401, 'invalid_client']);
  });

  verifies(
    ['vestibule:disabled-agent', 'rfc6749:5.2:unauthorized-client', 'vestibule:freshness'],
    'refuses the client of a disabled agent within 5 seconds',
    async () => {
      const idle = await newSecretClient(client, 'idle', [
        { resource: demo, required: ['tools:read'], optional: [] },
      ]);
      expect((await client.token(grant, idle)).status).toBe(200);
      await client.admin('POST', 'agents/idle/disable');
      client.letCachesExpire();
      expect(refused(await client.token(grant, idle))).toEqual([400, 'unauthorized_client']);
    },
  );
});
