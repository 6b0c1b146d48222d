import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createBrowser } from '../../support/browser-player.ts';
import type { Company } from '../../support/company.ts';
import { type DocumentHost, type Served, startDocumentHost } from '../support/document-host.ts';
import { type Driver, drive } from '../support/driver.ts';
import { answerTo, hosted, pageOf, requestOf, signIn, startOffice } from '../support/people.ts';
import { registering } from '../support/registering.ts';
import { verifies } from '../verifies.ts';

let company: Company;
let client: Driver;
let host: DocumentHost;
let origin: string;
let served: DocumentHost['served'];
let asked: DocumentHost['asked'];

beforeAll(async () => {
  host = await startDocumentHost();
  ({ origin, served, asked } = host);
  company = await startOffice((config) => ({
    ...config,
    registration: { mode: 'approval' },
    clientMetadataDocuments: { deny: ['denied.example.com'] },
  }));
  client = drive(company);
}, 120_000);

afterAll(async () => {
  await company.stop();
  host.stop();
});

const documentAt = (path: string, change: object = {}): object => ({
  client_id: `${origin}${path}`,
  client_name: 'Paper',
  redirect_uris: [hosted, 'http://127.0.0.1/callback'],
  ...change,
});

/** What a person's browser is shown for a request of that client. */
async function shown(clientId: string, redirectUri = hosted): Promise<string> {
  client.letCachesExpire();
  const url = requestOf(company, { client_id: clientId, redirect_uri: redirectUri });
  return pageOf(await answerTo(url)).text;
}

const isAsked = /If you allow it/;

describe('a client that is a metadata document', () => {
  verifies(
    ['AS-12', 'IX-51', 'IX-30', 'vestibule:document-fetched-for-people'],
    'signs people in, and is fetched for them and for nobody else',
    async () => {
      const path = '/client.json';
      served.set(path, {
        body: documentAt(path, {
          surprise: [1],
          grant_types: ['authorization_code', 'refresh_token', 'urn:x'],
        }),
      });
      const form = { grant_type: 'authorization_code', client_id: `${origin}${path}`, code: 'x' };
      expect((await client.token(form)).status).toBe(401);
      expect(asked).not.toContain(path);
      expect(await shown(`${origin}${path}`)).toMatch(isAsked);
      expect(await shown(`${origin}${path}`, 'http://127.0.0.1:49152/callback')).toMatch(isAsked);
      expect(await shown(`${origin}${path}`, 'https://evil.example.com/cb')).not.toMatch(isAsked);
      const told = await signIn(requestOf(company, { client_id: `${origin}${path}` }), {
        browser: createBrowser(),
      });
      expect(told.get('code')).toBeTruthy();
      expect(asked.filter((each) => each === path)).toHaveLength(1);
    },
  );

  verifies(
    ['AS-12', 'AS-13:fetch', 'AS-13:never-failures', 'AS-13:no-secret'],
    'is not one that is not there, not JSON, too large, moved, another, or has a secret; and no failure is kept',
    async () => {
      const faults: readonly (readonly [string, Served])[] = [
        ['/gone', { status: 404 }],
        ['/down', { status: 503 }],
        ['/moved', { status: 302, location: `${origin}/client.json` }],
        ['/html', { type: 'text/html', body: documentAt('/html') }],
        ['/text', { body: 'no json' }],
        ['/large', { body: documentAt('/large', { padding: 'x'.repeat(5_120) }) }],
        ['/other', { body: documentAt('/client.json') }],
        ['/secret', { body: documentAt('/secret', { client_secret: 'canary-secret' }) }],
        ['/post', { body: documentAt('/post', { token_endpoint_auth_method: 'client_secret_post' }) }],
        ['/nowhere', { body: documentAt('/nowhere', { redirect_uris: [] }) }],
      ];
      for (const [path, fault] of faults) {
        served.set(path, fault);
        const page = await shown(`${origin}${path}`);
        expect([path, page]).toEqual([path, expect.not.stringMatching(isAsked)]);
        expect(page).not.toContain('canary');
        served.set(path, { body: documentAt(path) });
        expect([path, await shown(`${origin}${path}`)]).toEqual([path, expect.stringMatching(isAsked)]);
      }
      expect(company.log.join('\n')).not.toContain('canary-secret');
    },
  );

  verifies(
    ['AS-13:fetch', 'AS-14', 'IX-50'],
    'is none at an address that is not public or of a host that is denied, and a well-known one stays known',
    async () => {
      for (const url of ['https://10.0.0.1/client.json', 'https://denied.example.com/client.json']) {
        expect(await shown(url)).not.toMatch(isAsked);
      }
      const url = requestOf(company, {
        client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
        redirect_uri: 'http://localhost:3118/callback',
      });
      expect(pageOf(await answerTo(url)).text).toContain('Claude Code');
    },
  );
});

describe('a client that registered itself', () => {
  verifies(
    ['vestibule:registration-approval', 'vestibule:used-clients-live'],
    'waits for an operator, and lives on once a person has used it',
    async () => {
      const clients = registering(client);
      const { body } = await clients.register({
        client_name: 'Waiting',
        redirect_uris: [hosted],
        token_endpoint_auth_method: 'none',
      });
      const id = String(body['client_id']);
      expect(await shown(id)).toContain('an administrator has to approve the application');
      expect((await client.admin('POST', `clients/${id}/enable`)).status).toBe(200);
      expect(await shown(id)).toMatch(isAsked);
      expect((await client.admin('POST', `clients/${id}/disable`)).status).toBe(200);
      expect(await shown(id)).toContain('an administrator disabled the application');
      expect((await client.admin('POST', `clients/${id}/enable`)).status).toBe(200);
      client.letCachesExpire();
      const told = await signIn(requestOf(company, { client_id: id }), { browser: createBrowser() });
      expect(told.get('code')).toBeTruthy();
      company.run.clock.advance(30 * 86_400);
      expect(await clients.isKnown(id)).toBe(true);
      expect((await client.admin('GET', `clients/${id}`)).body['state']).toBe('active');
    },
  );

  verifies('vestibule:registration-approval', 'stays away for good where an operator says no', async () => {
    const clients = registering(client);
    const metadata = {
      client_name: 'Unwanted',
      redirect_uris: [hosted],
      token_endpoint_auth_method: 'none',
    };
    const id = String((await clients.register(metadata)).body['client_id']);
    expect((await client.admin('POST', `clients/${id}/disable`)).status).toBe(200);
    expect(await shown(id)).toContain('an administrator disabled the application');
    company.run.clock.advance(30 * 86_400);
    expect((await clients.register(metadata)).body['client_id']).toBe(id);
    expect(await shown(id)).toContain('an administrator disabled the application');
  });

  verifies(
    'vestibule:registration-approval',
    'waits again once it is another than was approved',
    async () => {
      const clients = registering(client);
      const metadata = { client_name: 'Changing', redirect_uris: [hosted] };
      const registered = await clients.register(metadata);
      const [id, token] = [registered.body['client_id'], registered.body['registration_access_token']];
      expect((await client.admin('POST', `clients/${String(id)}/enable`)).status).toBe(200);
      const same = await clients.manage('PUT', registered, token, { ...metadata, client_id: id });
      expect(same.status).toBe(200);
      expect(await shown(String(id))).toMatch(isAsked);
      const moved = {
        ...metadata,
        client_id: id,
        redirect_uris: [hosted, 'https://elsewhere.example.com/cb'],
      };
      expect((await clients.manage('PUT', registered, token, moved)).status).toBe(200);
      expect(await shown(String(id))).toContain('an administrator has to approve the application');
      expect((await client.admin('POST', `clients/${String(id)}/disable`)).status).toBe(200);
      expect((await clients.manage('PUT', registered, token, { ...metadata, client_id: id })).status).toBe(
        200,
      );
      expect(await shown(String(id))).toContain('an administrator disabled the application');
    },
  );
});

// Last, because nobody signs in any more once the clock is far from the provider's.
describe('a metadata document', () => {
  verifies(
    ['AS-13:never-failures', 'vestibule:gone-document'],
    'is never again what it was once its host took it back, though the host fails after that',
    async () => {
      const path = '/taken-back';
      const url = `${origin}${path}`;
      const later = (): void => {
        company.run.clock.advance(3_700);
      };
      const taken: readonly Served[] = [{ status: 404 }, { status: 410 }, { body: documentAt('/another') }];
      for (const answer of taken) {
        served.set(path, { body: documentAt(path) });
        expect(await shown(url)).toMatch(isAsked);
        later();
        served.set(path, { status: 503 });
        expect(await shown(url)).toMatch(isAsked);
        later();
        served.set(path, answer);
        expect(await shown(url)).not.toMatch(isAsked);
        served.set(path, { status: 503 });
        expect(await shown(url)).not.toMatch(isAsked);
        later();
        expect(await shown(url)).not.toMatch(isAsked);
      }
    },
  );
});
