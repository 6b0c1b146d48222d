import { afterAll, beforeAll, describe, expect } from 'vitest';

import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const prefix = '/.well-known/oauth-protected-resource';
const scopes = [{ name: 'use', description: 'Use it' }];

let deployment: TestDeployment;
let client: Driver;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
});

afterAll(async () => {
  await deployment.stop();
});

describe('resource metadata', () => {
  verifies(
    ['RS-1', 'RS-3', 'IX-3', 'IX-60', 'rfc9728:2:members', 'rfc9728:3.2:json-200'],
    'describes a registered MCP server by the URL a person types',
    async () => {
      const uri = await uriOf('demo');
      const { status, headers, body } = await client.get(`${prefix}/demo`);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^application\/json\b/);
      expect(body).toEqual({
        resource: uri,
        authorization_servers: [client.issuer],
        scopes_supported: ['tools:read', 'tools:write'],
        bearer_methods_supported: ['header'],
        resource_name: expect.any(String) as string,
      });
    },
  );

  verifies(
    ['rfc9728:3:path-insertion', 'IX-1', 'RS-2'],
    'is found by short id, by host and path, and by the path of a resource on the issuer’s host',
    async () => {
      const uri = new URL(await uriOf('demo'));
      const byId = await client.get(`${prefix}/demo`);
      expect((await client.get(`${prefix}/${uri.host}${uri.pathname}`)).text).toBe(byId.text);
      const own = `${client.issuer}/public/mcp`;
      await client.register('resources', {
        id: 'own-host',
        uri: own,
        kind: 'mcp-server',
        name: 'Own',
        scopes,
      });
      client.letCachesExpire();
      expect((await client.get(`${prefix}/public/mcp`)).body['resource']).toBe(own);
    },
  );

  verifies(
    'rfc9728:3.2:no-empty-arrays',
    'has no empty list: a resource without scopes is not registered',
    async () => {
      const body = { id: 'unscoped', uri: 'https://unscoped.example.com/mcp', name: 'Unscoped', scopes: [] };
      expect((await client.admin('POST', 'resources', body)).status).toBe(400);
      for (const id of ['demo', 'analyst-agent']) {
        expect(Object.values((await client.get(`${prefix}/${id}`)).body)).not.toContainEqual([]);
      }
    },
  );

  verifies('RS-5', 'can never list offline_access', async () => {
    const scopes = [{ name: 'offline_access', description: 'Stay' }];
    const body = {
      id: 'offline',
      uri: 'https://offline.example.com',
      kind: 'mcp-server',
      name: 'Off',
      scopes,
    };
    expect((await client.admin('POST', 'resources', body)).status).toBe(400);
  });

  verifies('vestibule:agents-are-resources', 'is served for an agent that others call', async () => {
    const { status, body } = await client.get(`${prefix}/analyst-agent`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ resource: await uriOf('analyst-agent'), scopes_supported: ['ask'] });
  });

  verifies(
    ['vestibule:deregistration', 'vestibule:freshness'],
    'is gone 5 seconds after its resource was disabled, back after it was enabled, and gone for good after removal',
    async () => {
      const uri = 'https://short-lived.example.com/mcp';
      await client.register('resources', {
        id: 'short-lived',
        uri,
        kind: 'mcp-server',
        name: 'Short',
        scopes,
      });
      const statusAfter = async (method: string, path: string): Promise<number> => {
        expect((await client.admin(method, path)).status).toBeLessThan(300);
        client.letCachesExpire();
        return (await client.get(`${prefix}/short-lived.example.com/mcp`)).status;
      };
      expect(await statusAfter('POST', 'resources/short-lived/disable')).toBe(404);
      expect(await statusAfter('POST', 'resources/short-lived/enable')).toBe(200);
      expect(await statusAfter('DELETE', 'resources/short-lived')).toBe(404);
    },
  );
});

async function uriOf(id: string): Promise<string> {
  return String((await client.admin('GET', `resources/${id}`)).body['uri']);
}
