import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive } from '../support/driver.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

const callback = 'https://app.example.com/cb';

let deployment: TestDeployment;
let client: Driver;
let clients: Registering;

beforeAll(async () => {
  deployment = await startDeployment();
  client = drive(deployment);
  clients = registering(client);
});

afterAll(() => deployment.stop());

describe('a client with a record of its own', () => {
  const asked = { client_name: 'Own', redirect_uris: [callback] };

  verifies(
    ['rfc7592:2:token', 'rfc7592:2.1:read', 'rfc7592:2.2:update', 'rfc7592:2.3:delete', 'IX-27'],
    'reads, changes and removes it by its token, and its secret is shown once',
    async () => {
      const registered = await clients.register(asked);
      const token = registered.body['registration_access_token'];
      const secret = registered.body['client_secret'];
      const shown = withoutSecrets(registered.body);
      expect((await clients.manage('GET', registered, token)).body).toEqual(shown);
      const change = {
        ...asked,
        client_id: shown['client_id'],
        client_secret: secret,
        client_name: 'Renamed',
      };
      const changed = await clients.manage('PUT', registered, token, {
        ...change,
        redirect_uris: [`${callback}2`],
      });
      expect(changed.body).toEqual({ ...shown, client_name: 'Renamed', redirect_uris: [`${callback}2`] });
      for (const [wrong, words] of [
        [{ ...change, client_id: 'other' }, 'client_id'],
        [{ ...change, client_id: undefined }, 'client_id'],
        [{ ...change, client_secret: 'wrong' }, 'client_secret'],
        [{ ...change, token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method'],
      ] as const) {
        const refused = await clients.manage('PUT', registered, token, wrong);
        expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_client_metadata']);
        expect(refused.body['error_description']).toContain(words);
      }
      expect(
        (await clients.manage('PUT', registered, token, { ...change, redirect_uris: [] })).body['error'],
      ).toBe('invalid_redirect_uri');
      expect((await clients.manage('DELETE', registered, token)).status).toBe(204);
      expect((await clients.manage('GET', registered, token)).status).toBe(401);
      expect(await clients.isKnown(shown['client_id'])).toBe(false);
      const log = deployment.log.join('\n');
      for (const canary of [String(secret), String(token)]) expect(log).not.toContain(canary);
    },
  );

  verifies(
    ['rfc7592:2:token', 'vestibule:shared-record'],
    "is nobody else's to read, and a shared record is nobody's",
    async () => {
      const [one, other] = [
        await clients.register(asked),
        await clients.register({ ...asked, client_name: 'Another' }),
      ];
      const shared = await clients.register(publicApp('Shared'));
      expect(shared.body).not.toHaveProperty('registration_access_token');
      expect(shared.body).not.toHaveProperty('registration_client_uri');
      const path = {
        body: { registration_client_uri: `${client.issuer}/register/${String(shared.body['client_id'])}` },
      };
      const token = other.body['registration_access_token'];
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const metadata = method === 'PUT' ? asked : undefined;
        for (const [of, by] of [
          [one, token],
          [one, undefined],
          [one, one.body['client_secret']],
          [path, token],
          [
            {
              body: { registration_client_uri: `${client.issuer}/register/planner-client` },
            },
            token,
          ],
          [
            {
              body: { registration_client_uri: `${client.issuer}/register/dyn_${'x'.repeat(43)}` },
            },
            token,
          ],
        ] as const) {
          const refused = await clients.manage(method, of, by, metadata);
          expect([refused.status, refused.body['error']]).toEqual([401, 'invalid_token']);
          expect(refused.headers.get('www-authenticate')).toContain('Bearer');
        }
      }
      expect((await clients.register(publicApp('Shared'))).body).toEqual(shared.body);
    },
  );
});

function withoutSecrets(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const secrets = ['client_secret', 'client_secret_expires_at', 'registration_access_token'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => !secrets.includes(name)));
}
