import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { answer, basic, type Driver, drive } from '../support/driver.ts';
import { newSecretClient } from '../support/registrations.ts';
import { signedFetch } from '../support/signed-fetch.ts';
import { verifies } from '../verifies.ts';

let deployment: TestDeployment;
let client: Driver;
let demo: string;
const grant = { grant_type: 'client_credentials' } as const;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  demo = String((await client.admin('GET', 'resources/demo')).body['uri']);
});

afterAll(async () => {
  await deployment.stop();
});

function resource(id: string, changes: object = {}): object {
  const scopes = [{ name: 'use', description: 'Use it' }];
  return { id, uri: `https://${id}.example.com/mcp`, kind: 'mcp-server', name: id, scopes, ...changes };
}

describe('the admin routes', () => {
  verifies('vestibule:admin-needs-iam', 'serve nobody without a signature of the account', async () => {
    const unsigned = await client.send('/admin/agents', { method: 'GET' });
    const forged = await answer(
      await signedFetch(
        { accessKeyId: deployment.operator.accessKeyId, secretAccessKey: 'wrong' },
        { method: 'GET', url: `${client.issuer}/admin/agents` },
      ),
    );
    expect([unsigned.status, forged.status]).toEqual([403, 403]);
    const bearer = await client.send('/admin/agents', { headers: { authorization: 'Bearer x' } });
    expect(bearer.status).toBe(403);
  });

  verifies('vestibule:admin-needs-iam', 'serve no other route by way of encoded paths', async () => {
    for (const path of ['/admin%2Fagents', '//admin/agents', '/ADMIN/agents', '/admin/../admin/agents']) {
      const { status } = await client.send(path, { method: 'GET' });
      expect([path, status === 403 || status === 404]).toEqual([path, true]);
    }
  });

  verifies('vestibule:admin-crud', 'add, show, list, replace, disable and remove', async () => {
    await client.register('resources', resource('one'));
    expect((await client.admin('GET', 'resources/one')).body).toMatchObject({ id: 'one', state: 'active' });
    expect((await client.admin('GET', 'resources')).text).toContain('https://one.example.com/mcp');
    const replaced = await client.admin('PUT', 'resources/one', resource('one', { name: 'Renamed' }));
    expect([replaced.status, replaced.body['name']]).toEqual([200, 'Renamed']);
    expect((await client.admin('POST', 'resources/one/disable')).body['state']).toBe('disabled');
    expect((await client.admin('POST', 'resources/one/enable')).body['state']).toBe('active');
    expect((await client.admin('DELETE', 'resources/one')).status).toBeLessThan(300);
    expect((await client.admin('GET', 'resources/one')).status).toBe(404);
  });

  verifies('vestibule:admin-crud', 'list page by page', async () => {
    const first = await client.admin('GET', 'agents?limit=1');
    const cursor = encodeURIComponent(String(first.body['cursor']));
    const second = await client.admin('GET', `agents?limit=1&cursor=${cursor}`);
    expect(first.text).toContain('analyst');
    expect(second.text).toContain('planner');
    expect((await client.admin('GET', 'agents?cursor=nonsense')).status).toBe(400);
  });

  verifies(
    'vestibule:admin-validates',
    'refuse a declaration that is not sound, and name the field',
    async () => {
      const refusals = {
        surprise: resource('bad', { surprise: true }),
        'scopes[0].name': resource('bad', { scopes: [{ name: 'tools:*', description: 'All' }] }),
        uri: resource('bad', { uri: 'https://bad.example.com/mcp#fragment' }),
        id: resource('not an id'),
      };
      for (const [field, body] of Object.entries(refusals)) {
        const refused = await client.admin('POST', 'resources', body);
        expect([field, refused.status]).toEqual([field, 400]);
        expect(refused.text).toContain(field);
      }
      expect(
        (
          await client.admin(
            'POST',
            'resources',
            resource('bad', { scopes: [{ name: '*', description: 'All' }] }),
          )
        ).status,
      ).toBe(400);
    },
  );

  verifies('vestibule:admin-json', 'take JSON only', async () => {
    const post = async (body: string, contentType: string): Promise<number> => {
      const request = { method: 'POST', url: `${client.issuer}/admin/resources`, body, contentType };
      return (await signedFetch(deployment.operator, request)).status;
    };
    expect(await post('{}', 'text/plain')).toBe(415);
    expect(await post('{"id":', 'application/json')).toBe(400);
    expect(await post('[]', 'application/json')).toBe(400);
    expect(await post('null', 'application/json')).toBe(400);
  });

  verifies('rfc9110:15.5.6:allow', 'answer other methods with 405 and other paths with 404', async () => {
    expect((await client.admin('PATCH', 'resources')).status).toBe(405);
    expect((await client.admin('GET', 'nothing')).status).toBe(404);
    expect((await client.admin('POST', 'agents/nobody/disable')).status).toBe(404);
  });

  verifies('rfc9068:5:no-collision', 'register no identifier twice, of whatever kind it is', async () => {
    const taken = [
      ['resources', resource('other', { uri: demo })],
      ['resources', resource('other', { audience: 'planner-client' })],
      ['agents', { id: 'planner-client', name: 'x', owner: 'x', catalogue: [] }],
      [
        'clients',
        { client_id: 'planner', agent_id: 'planner', token_endpoint_auth_method: 'client_secret_basic' },
      ],
    ] as const;
    for (const [kind, body] of taken) expect((await client.admin('POST', kind, body)).status).toBe(409);
  });
});

describe('client secrets', () => {
  verifies(
    ['vestibule:two-secrets', 'vestibule:secret-shown-once', 'IX-25'],
    'are shown once, and two of them live while they are rotated',
    async () => {
      const first = await newSecretClient(client, 'rotated', [{ resource: demo, required: ['tools:read'] }]);
      const added = await client.admin('POST', 'clients/rotated-client/secrets');
      const second = basic('rotated-client', String(added.body['client_secret']));
      expect(added.status).toBe(201);
      expect(added.body['client_secret']).toMatch(/^[A-Za-z0-9_-]{43,}$/);
      client.letCachesExpire();
      expect((await client.token(grant, first)).status).toBe(200);
      expect((await client.token(grant, second)).status).toBe(200);
      const shown = await client.admin('GET', 'clients/rotated-client');
      expect(shown.text).not.toContain(String(added.body['client_secret']));
      expect((await client.admin('POST', 'clients/rotated-client/secrets')).status).toBe(409);
      const [old] = shown.body['secrets'] as { readonly id: string }[];
      expect((await client.admin('DELETE', `clients/rotated-client/secrets/${old!.id}`)).status).toBeLessThan(
        300,
      );
      client.letCachesExpire();
      expect((await client.token(grant, first)).status).toBe(401);
      expect((await client.token(grant, second)).status).toBe(200);
    },
  );
});

describe('a deployment', () => {
  verifies(
    'vestibule:seeded',
    'registers what its config declares, and its agents get tokens at once',
    async () => {
      expect((await client.admin('GET', 'agents/planner')).body).toMatchObject({
        id: 'planner',
        state: 'active',
      });
      const planner = basic('planner-client', await deployment.secretOf('planner-client'));
      expect((await client.token({ ...grant, resource: demo }, planner)).status).toBe(200);
    },
  );
});

describe('the authorization endpoint', () => {
  const request = 'response_type=code&code_challenge=x&code_challenge_method=S256&state=s';

  verifies(
    ['rfc6749:4.1.2.1:no-redirect'],
    'answers an unknown client itself, whatever redirect URI it names',
    async () => {
      for (const query of [
        `client_id=nobody&redirect_uri=https://evil.example.com&${request}`,
        request,
        '',
      ]) {
        const { status, headers } = await client.get(`/authorize?${query}`);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(headers.get('location')).toBeNull();
      }
    },
  );

  verifies(
    'rfc6749:4.1.2.1:unauthorized-client',
    'tells a machine client that it may not use it',
    async () => {
      const query = `client_id=planner-client&redirect_uri=http://localhost/callback&${request}`;
      const { headers, body } = await client.get(`/authorize?${query}`, { accept: 'application/json' });
      expect(body['error']).toBe('unauthorized_client');
      expect(headers.get('location')).toBeNull();
    },
  );

  verifies('vestibule:authorize-without-cors', 'lets no other origin read its answer', async () => {
    const { headers } = await client.get('/authorize?client_id=nobody', {
      origin: 'https://evil.example.com',
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
