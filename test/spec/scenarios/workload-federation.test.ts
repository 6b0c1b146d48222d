import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { basic } from '../support/driver.ts';
import { demo, type FederatedOffice, jwtBearer, startFederatedOffice } from '../support/federated-office.ts';
import { verifies } from '../verifies.ts';

let office: FederatedOffice;

beforeAll(async () => {
  office = await startFederatedOffice();
});

afterAll(async () => {
  await office.stop();
});

describe('a workload', () => {
  verifies(
    ['WIF-1', 'WIF-3', 'WIF-5'],
    'is the agent that a rule names, and its token says nothing else of it',
    async () => {
      const position = office.deployment.log.length;
      const { status, body, headers } = await office.present(await office.forge.token());
      expect([status, body['token_type'], body['scope']]).toEqual([200, 'Bearer', 'tools:read']);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(body).not.toHaveProperty('refresh_token');
      const claims = decodeJwt(String(body['access_token']));
      expect(claims).toMatchObject({ sub: 'planner', client_id: 'planner', agent_id: 'planner', aud: demo });
      expect(Object.keys(claims).sort()).toEqual(
        ['agent_id', 'aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'].sort(),
      );
      expect(office.eventsSince(position, 'token_issued')).toMatchObject([
        { anchor: 'forge', workload: 'repo:acme/app:main', agentId: 'planner', grantType: jwtBearer },
      ]);
    },
  );

  verifies('WIF-4', 'is known by keys at a static URL where the name of its issuer is no URL', async () => {
    const { status, body } = await office.present(await office.cluster.token());
    expect([status, decodeJwt(String(body['access_token']))['agent_id']]).toEqual([200, 'analyst']);
  });

  verifies('WIF-2', 'names the issuer or the token endpoint as its audience', async () => {
    const { issuer } = office.client;
    for (const aud of [issuer, `${issuer}/`, `${issuer}/token`, [issuer]]) {
      const { status } = await office.present(await office.forge.token({ claims: { aud } }));
      expect([aud, status]).toEqual([aud, 200]);
    }
  });

  verifies('vestibule:workload-least', 'gets what its rule says of what the agent has', async () => {
    const guest = { sub: 'repo:guest/app:main' };
    const ask = async (scope: string, claims = {}) =>
      office.present(await office.forge.token({ claims }), { scope });
    expect(await ask('tools:write')).toMatchObject({ status: 200, body: { scope: 'tools:write' } });
    expect(await ask('tools:read', guest)).toMatchObject({ status: 200, body: { scope: 'tools:read' } });
    expect(await ask('tools:write', guest)).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    expect(await ask('tools:delete')).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    const elsewhere = { resource: 'http://localhost:9401/agents/analyst', scope: 'ask' };
    expect(await office.present(await office.forge.token(), elsewhere)).toMatchObject({ status: 200 });
    expect(await office.present(await office.forge.token({ claims: guest }), elsewhere)).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    });
  });

  verifies('WIF-7', 'finds the grant in the metadata', async () => {
    const { body } = await office.client.get('/.well-known/oauth-authorization-server');
    expect(body['grant_types_supported']).toContain(jwtBearer);
  });

  verifies(
    'vestibule:workload-single-use',
    'gets one token for one assertion among a hundred requests at once',
    async () => {
      const assertion = await office.forge.token();
      const answers = await Promise.all(Array.from({ length: 100 }, () => office.present(assertion)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused.every(({ body }) => body['error'] === 'invalid_grant')).toBe(true);
      expect(refused[0]?.body['error_description']).toContain('used before');
    },
  );

  verifies('vestibule:workload-single-use', 'reuses an assertion where its anchor says so', async () => {
    const assertion = await office.cluster.token({ claims: { jti: undefined } });
    for (let time = 0; time < 3; time += 1) {
      expect(await office.present(assertion)).toMatchObject({ status: 200 });
    }
  });

  verifies(
    ['vestibule:workload-introspection', 'vestibule:workload-least'],
    'has tokens that are active for as long as its agent is, and gets none after',
    async () => {
      const { body } = await office.present(await office.cluster.token());
      const secret = await office.deployment.secretOf('demo-server');
      const ask = async () => {
        const form = new URLSearchParams({ token: String(body['access_token']) });
        const headers = basic('demo-server', secret);
        const { body: said } = await office.client.send('/introspect', {
          method: 'POST',
          headers,
          body: form,
        });
        return said;
      };
      expect(await ask()).toMatchObject({ active: true, client_id: 'analyst', agent_id: 'analyst' });
      await office.client.admin('POST', 'agents/analyst/disable');
      expect(await ask()).toEqual({ active: false });
      office.client.letCachesExpire();
      expect(await office.present(await office.cluster.token())).toMatchObject({
        status: 400,
        body: { error: 'unauthorized_client' },
      });
      await office.client.admin('POST', 'agents/analyst/enable');
      office.client.letCachesExpire();
      expect(await ask()).toMatchObject({ active: true });
    },
  );
});
