import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Answer, basic, type Driver, drive } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let planner: { readonly authorization: string };
let analyst: { readonly authorization: string };
let demo: string;
const grant = { grant_type: 'client_credentials' } as const;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  planner = basic('planner-client', await deployment.secretOf('planner-client'));
  analyst = basic('analyst-client', await deployment.secretOf('analyst-client'));
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

async function ask(
  headers: { readonly authorization: string },
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  return client.token({ ...grant, ...form }, headers);
}

function refused({ status, body }: Answer): readonly [number, unknown] {
  return [status, body['error']];
}

describe('the resource of a token', () => {
  verifies('IX-41', 'is the agent’s only one when the request names none', async () => {
    const { body } = await ask(analyst, {});
    expect(decodeJwt(String(body['access_token'])).aud).toBe(demo);
  });

  verifies(
    'vestibule:ambiguous-resource',
    'must be named by an agent of several, which is told the choices',
    async () => {
      const answer = await ask(planner, {});
      expect(refused(answer)).toEqual([400, 'invalid_target']);
      expect(answer.body['error_description']).toContain(demo);
    },
  );

  verifies('rfc8707:2:several-resources', 'is one', async () => {
    const both = [...Object.entries(grant), ['resource', demo], ['resource', `${demo}/other`]] as [
      string,
      string,
    ][];
    expect(refused(await client.token(both, planner))).toEqual([400, 'invalid_target']);
  });

  verifies(
    ['rfc8707:2:unknown-resource', 'vestibule:resource-in-catalogue'],
    'is registered and in the catalogue of the agent',
    async () => {
      const analystAgent = String((await client.admin('GET', 'resources/analyst-agent')).body['uri']);
      expect(refused(await ask(planner, { resource: 'https://unknown.example.com/' }))).toEqual([
        400,
        'invalid_target',
      ]);
      expect(refused(await ask(analyst, { resource: analystAgent }))).toEqual([400, 'invalid_target']);
    },
  );

  verifies('rfc8707:2:absolute-without-fragment', 'is an absolute URI without fragment', async () => {
    for (const resource of ['/mcp', 'demo', `${demo}#part`, 'not a uri', 'mailto:a@example.com']) {
      const answer = await ask(analyst, { resource });
      expect([resource, ...refused(answer)]).toEqual([resource, 400, 'invalid_target']);
    }
  });

  verifies('AS-31', 'is compared in canonical form and never by prefix', async () => {
    const { host, pathname } = new URL(demo);
    for (const resource of [`HTTP://${host.toUpperCase()}${pathname}`, `${demo}/`]) {
      const { body } = await ask(analyst, { resource });
      expect([resource, decodeJwt(String(body['access_token'])).aud]).toEqual([resource, demo]);
    }
    for (const resource of [`${demo}/sub`, demo.slice(0, -1), demo.toUpperCase(), `${demo}//`]) {
      expect([resource, ...refused(await ask(analyst, { resource }))]).toEqual([
        resource,
        400,
        'invalid_target',
      ]);
    }
  });

  verifies('vestibule:deregistration', 'gives no token 5 seconds after it was removed', async () => {
    const uri = 'https://leaving.example.com/mcp';
    const scopes = [{ name: 'use', description: 'Use it' }];
    await client.register('resources', { id: 'leaving', uri, kind: 'mcp-server', name: 'Leaving', scopes });
    const guest = await newSecretClient(client, 'guest', [{ resource: uri, required: ['use'] }]);
    expect((await ask(guest, {})).status).toBe(200);
    await client.admin('POST', 'resources/leaving/disable');
    client.letCachesExpire();
    expect(refused(await ask(guest, {}))).toEqual([400, 'invalid_target']);
  });
});

describe('the scope of a token', () => {
  verifies('RS-6', 'is what the catalogue requires when none is asked', async () => {
    expect((await ask(planner, { resource: demo })).body['scope']).toBe('tools:read');
  });

  verifies('vestibule:scope-on-request', 'holds an optional scope when it is asked for', async () => {
    const { body } = await ask(planner, { resource: demo, scope: 'tools:write tools:read' });
    expect(String(body['scope']).split(' ').toSorted()).toEqual(['tools:read', 'tools:write']);
    expect((await ask(planner, { resource: demo, scope: 'tools:write' })).body['scope']).toBe('tools:write');
  });

  verifies(
    ['vestibule:scope-in-catalogue', 'rfc6749:5.2:invalid-scope'],
    'holds nothing beyond the catalogue, and nothing malformed',
    async () => {
      for (const scope of [
        'tools:write',
        'tools:read admin',
        'ask',
        '*',
        'tools:*',
        'openid',
        'a"b',
        'a  b\u00e9',
      ]) {
        const answer = await ask(analyst, { resource: demo, scope });
        expect([scope, ...refused(answer)]).toEqual([scope, 400, 'invalid_scope']);
      }
    },
  );

  verifies('vestibule:no-empty-scope', 'is never empty: the agent learns what it may ask', async () => {
    const shy = await newSecretClient(client, 'shy', [{ resource: demo, optional: ['tools:write'] }]);
    const answer = await ask(shy, {});
    expect(refused(answer)).toEqual([400, 'invalid_scope']);
    expect(answer.body['error_description']).toContain('tools:write');
  });

  verifies('vestibule:freshness', 'follows a changed catalogue within 5 seconds', async () => {
    const grown = await newSecretClient(client, 'grown', [{ resource: demo, required: ['tools:read'] }]);
    expect(refused(await ask(grown, { scope: 'tools:write' }))).toEqual([400, 'invalid_scope']);
    const catalogue = [{ resource: demo, required: ['tools:read'], optional: ['tools:write'] }];
    const changed = await client.admin('PUT', 'agents/grown', {
      id: 'grown',
      name: 'grown',
      owner: 'team',
      catalogue,
    });
    expect(changed.status).toBe(200);
    client.letCachesExpire();
    expect((await ask(grown, { scope: 'tools:write' })).body['scope']).toBe('tools:write');
  });
});
