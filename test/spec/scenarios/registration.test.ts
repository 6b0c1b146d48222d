import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { type Driver, drive, valuesOf } from '../support/driver.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

const hour = 3_600;
const callback = 'https://app.example.com/cb';
const cursor = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
];

let deployment: TestDeployment;
let client: Driver;
let clients: Registering;

beforeAll(async () => {
  deployment = await startDeployment({
    config: { ...exampleConfig, registration: { perAddress: { perSecond: 1, burst: 400 } } },
  });
  client = drive(deployment);
  clients = registering(client);
});

afterAll(() => deployment.stop());

describe('a client that registers itself', () => {
  verifies(
    [
      'rfc7591:3:endpoint',
      'rfc7591:3.2.1:response',
      'IX-20',
      'IX-21:registration',
      'IX-22',
      'AS-13:prefix',
      'IX-25:registration',
    ],
    'is told its id and all that was registered, and is public where it says so',
    async () => {
      const { status, headers, body } = await clients.register({
        ...publicApp('Terminal'),
        application_type: 'native',
        client_uri: 'https://app.example.com',
        scope: 'openid',
        contacts: ['dev@example.com'],
        logo_uri: null,
      });
      expect(status).toBe(201);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(body).toEqual({
        client_id: expect.stringMatching(/^dyn_[A-Za-z0-9_-]{43}$/) as string,
        client_id_issued_at: expect.any(Number) as number,
        client_name: 'Terminal',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        client_uri: 'https://app.example.com',
        scope: 'openid',
        contacts: ['dev@example.com'],
      });
      expect(valuesOf(body)).not.toContain(null);
    },
  );

  verifies(
    ['IX-22', 'IX-23', 'IX-25:registration', 'rfc7591:2:ignored', 'IX-21:registration'],
    'gets what fits it where it leaves out how it proves itself and what it is for',
    async () => {
      const native = await clients.register({ redirect_uris: ['http://localhost:1234/cb'] });
      expect(native.body).toMatchObject({
        token_endpoint_auth_method: 'none',
        client_name: 'localhost:1234',
        grant_types: ['authorization_code', 'refresh_token'],
      });
      const web = await clients.register({
        redirect_uris: [callback],
        surprise: { deep: true },
        client_id: 'mine',
      });
      expect(web.body).toMatchObject({
        token_endpoint_auth_method: 'client_secret_post',
        client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) as string,
        client_secret_expires_at: 0,
        client_id: expect.stringMatching(/^dyn_[A-Za-z0-9_-]{32}$/) as string,
      });
      expect(web.body).not.toHaveProperty('surprise');
    },
  );

  verifies('rfc7591:2.3:statement', 'brings a software statement that nobody asked for', async () => {
    const without = await clients.register(publicApp('Stated'));
    for (const statement of ['eyJhbGciOiJub25lIn0.e30.', { iss: 'https://directory.example.com' }, null]) {
      const { status, text } = await clients.register({
        ...publicApp('Stated'),
        software_statement: statement,
      });
      expect([status, text]).toEqual([201, without.text]);
    }
  });

  verifies(
    ['IX-23', 'IX-24', 'AS-15', 'AS-21:registered'],
    'is not refused for a grant or for one redirect URI that we do not have, as VS Code and Cursor are not',
    async () => {
      const vscode = await clients.register({
        ...publicApp('Code'),
        grant_types: ['authorization_code', 'refresh_token', 'urn:example:grant'],
        redirect_uris: ['https://vscode.dev/redirect', 'http://127.0.0.1:33418/'],
      });
      expect(vscode.body['grant_types']).toEqual(['authorization_code', 'refresh_token']);
      const asked = { client_name: 'Cursor', application_type: 'web', token_endpoint_auth_method: 'none' };
      const { status, body } = await clients.register({
        ...asked,
        redirect_uris: [...cursor, 'evil://x/cb', 'javascript:x'],
      });
      expect(status).toBe(201);
      expect(body).toMatchObject({ redirect_uris: cursor, application_type: 'web' });
    },
  );

  verifies(
    ['rfc7591:3.2.2:errors', 'IX-28:registration', 'AS-21:registered'],
    'is told what to write instead of what is refused',
    async () => {
      const uri = 'invalid_redirect_uri';
      const metadata = 'invalid_client_metadata';
      for (const [body, error, words] of [
        [{ redirect_uris: [] }, uri, 'redirect_uris'],
        [{}, uri, 'redirect_uris'],
        [{ redirect_uris: 'https://app.example.com/cb' }, uri, 'redirect_uris'],
        [{ redirect_uris: ['http://app.example.com/cb'] }, uri, 'https'],
        [{ redirect_uris: ['https://user@app.example.com/cb'] }, uri, 'https'],
        [{ redirect_uris: ['http://127.0.0.1.evil.com/cb'] }, uri, 'https'],
        [{ redirect_uris: ['other://x/cb'] }, uri, 'other schemes'],
        [{ redirect_uris: [`${callback}#x`] }, uri, 'https'],
        [{ redirect_uris: Array.from({ length: 21 }, (_, at) => `${callback}${at}`) }, uri, 'more than 20'],
        [{ ...publicApp('x'), token_endpoint_auth_method: 'client_secret_jwt' }, metadata, 'private_key_jwt'],
        [{ ...publicApp('x'), token_endpoint_auth_method: 'private_key_jwt' }, metadata, 'jwks'],
        [{ ...publicApp('x'), grant_types: ['client_credentials'] }, metadata, 'authorization_code'],
        [{ ...publicApp('x'), response_types: ['token'] }, metadata, 'response_types'],
        [
          {
            ...publicApp('x'),
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: [{ kty: 'EC', d: 'canary' }] },
          },
          metadata,
          'private key',
        ],
        [[], metadata, 'JSON object'],
        ['text', metadata, 'JSON object'],
      ] as const) {
        const refused = await clients.register(body);
        expect([body, refused.status, refused.body['error']]).toEqual([body, 400, error]);
        expect(refused.body['error_description']).toContain(words);
        expect(refused.text).not.toContain('canary');
        expect(refused.headers.get('access-control-allow-origin')).toBe('*');
      }
      const form = await client.send('/register', { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
      expect([form.status, form.body['error']]).toEqual([400, metadata]);
      expect((await client.get('/register')).status).toBe(405);
    },
  );

  verifies(
    ['IX-26', 'AS-16'],
    'finds itself when it registers again, in whatever order it says the same, and so do hundreds at once',
    async () => {
      const { publicKey } = await generateKeyPair('ES256');
      const jwks = { keys: [await exportJWK(publicKey)] };
      const signer = { token_endpoint_auth_method: 'private_key_jwt', jwks, redirect_uris: [callback] };
      const first = await clients.register({ ...signer, client_name: 'Signer' });
      const again = await clients.register(
        Object.fromEntries(Object.entries({ ...signer, client_name: 'Signer' }).reverse()),
      );
      expect(again.body).toEqual(first.body);
      expect((await clients.register({ ...signer, client_name: 'Other' })).body['client_id']).not.toBe(
        first.body['client_id'],
      );
      const crowd = await Promise.all(
        Array.from({ length: 200 }, () => clients.register(publicApp('Crowd'))),
      );
      expect(new Set(crowd.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      const listed = (await client.admin('GET', 'clients?limit=100')).body['clients'] as {
        client_name: string;
      }[];
      expect(listed.filter(({ client_name: name }) => name === 'Crowd')).toHaveLength(1);
    },
  );

  verifies(
    ['IX-26', 'IX-27'],
    'is forgotten a day after it registered, if no person used it, and lives on when it registers again',
    async () => {
      const { body } = await clients.register(publicApp('Idle'));
      expect(await clients.isKnown(body['client_id'])).toBe(true);
      deployment.run.clock.advance(13 * hour);
      await clients.register(publicApp('Idle'));
      deployment.run.clock.advance(13 * hour);
      expect(await clients.isKnown(body['client_id'])).toBe(true);
      deployment.run.clock.advance(24 * hour);
      expect(await clients.isKnown(body['client_id'])).toBe(false);
      const secret = await clients.register({ redirect_uris: [callback], client_name: 'Secretive' });
      deployment.run.clock.advance(25 * hour);
      const token = await client.token({
        grant_type: 'authorization_code',
        client_id: String(secret.body['client_id']),
        client_secret: String(secret.body['client_secret']),
        code: 'x',
      });
      expect([token.status, token.body['error']]).toEqual([401, 'invalid_client']);
      const anew = await clients.register(publicApp('Idle'));
      expect(anew.body['client_id']).toBe(body['client_id']);
      expect(await clients.isKnown(body['client_id'])).toBe(true);
    },
  );
});

describe('the registration endpoint', () => {
  verifies(
    'AS-10',
    'is advertised where people sign in, beside metadata documents and public clients',
    async () => {
      const { body } = await client.get('/.well-known/oauth-authorization-server');
      expect(body).toMatchObject({
        registration_endpoint: `${client.issuer}/register`,
        client_id_metadata_document_supported: true,
      });
      expect(body['token_endpoint_auth_methods_supported']).toContain('none');
    },
  );

  verifies(
    'vestibule:registration-lost-reply',
    'gives the same client to one whose reply was lost, whatever fails on the way',
    async () => {
      for (const operation of ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']) {
        for (const fault of ['timeout@1', 'throttle@1-3', 'down@1-3', 'crash@1']) {
          const metadata = publicApp(`Unlucky ${operation} ${fault}`);
          deployment.run.cloud.faults.clear();
          deployment.run.cloud.faults.add(`${operation}~Registration=${fault}`);
          const first = await clients.register(metadata);
          expect([201, 500, 502, 503, 504]).toContain(first.status);
          deployment.run.cloud.faults.clear();
          const second = await clients.register(metadata);
          expect(second.status).toBe(201);
          if (first.status === 201) expect(second.body).toEqual(first.body);
        }
      }
    },
  );
});
