import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Driver, drive, valuesOf } from '../spec/support/driver.ts';
import { createBrowser, type Journey } from '../support/browser-player.ts';
import { startCompany, type Company } from '../support/company.ts';
import { commandLineClients } from './recorded/command-line.ts';
import { type DocumentHost, startDocumentHost } from './recorded/document-host.ts';
import { editors } from './recorded/editors.ts';
import { hostedClients } from './recorded/hosted.ts';
import { filledIn, type RecordedClient } from './recorded/recorded-client.ts';

let company: Company;
let documents: DocumentHost;
let server: Driver;

beforeAll(async () => {
  documents = await startDocumentHost();
  company = await startCompany();
  server = drive(company);
});
afterAll(async () => {
  await company.stop();
  await documents.stop();
});

/** RFC 7591 §3.2.1 as strict clients read it; resolves with the `client_id`. */
async function introduce(client: RecordedClient): Promise<string> {
  const { introduction } = client;
  if (introduction.kind === 'document') return documents.publish(client);
  const answer = await server.send('/register', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(introduction.body),
  });
  expect(answer.status, answer.text).toBe(201);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const echoed = Object.entries(introduction.body).filter(([name]) => name !== 'scope');
  expect(answer.body).toMatchObject({ ...Object.fromEntries(echoed), ...introduction.answer });
  expect(answer.body).not.toHaveProperty('client_secret');
  expect(answer.body).not.toHaveProperty('client_secret_expires_at');
  expect(answer.body['client_id']).toMatch(/^dyn_[A-Za-z0-9_-]{22,}$/);
  expect(Number.isInteger(answer.body['client_id_issued_at'])).toBe(true);
  expect(valuesOf(answer.body)).not.toContain(null);
  return String(answer.body['client_id']);
}

function expectTokens(answer: Answer, clientId: string): { readonly refreshToken: string } {
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(valuesOf(answer.body)).not.toContain(null);
  const { access_token, refresh_token, token_type, expires_in } = answer.body;
  expect(String(token_type)).toMatch(/^bearer$/i);
  expect(Number.isInteger(expires_in)).toBe(true);
  expect(refresh_token).toEqual(expect.any(String));
  expect(decodeJwt(String(access_token))).toMatchObject({
    iss: company.issuer,
    aud: company.mcpUrl,
    client_id: clientId,
    sub: expect.stringMatching(/^person\.[\w-]{43}$/) as string,
  });
  return { refreshToken: String(refresh_token) };
}

/** What the client finds at its redirect URI; resolves with the code. */
function expectAnswer({ arrival, hops, pages }: Journey, client: RecordedClient): string {
  if (arrival.kind === 'page') throw new Error(`stranded: ${arrival.page.status} ${arrival.page.text}`);
  const { url } = arrival;
  expect(`${url.protocol}//${url.host}${url.pathname}`).toBe(withoutPath(client.redirectUri));
  expect(url.searchParams.getAll('state')).toEqual([client.state]);
  expect(url.searchParams.getAll('iss')).toEqual([company.issuer]);
  expect(url.searchParams.getAll('code')).toHaveLength(1);
  expect(hops.filter(({ status }) => status === 307 || status === 308)).toEqual([]);
  const consent = pages[0]?.text ?? '';
  expect(consent).toContain(nameOf(client));
  const { protocol, hostname } = new URL(client.redirectUri);
  expect(consent).toContain(protocol.startsWith('http') ? hostname : protocol);
  return url.searchParams.get('code') ?? '';
}

function withoutPath(redirectUri: string): string {
  const { protocol, host, pathname } = new URL(redirectUri);
  return `${protocol}//${host}${pathname}`;
}

function nameOf({ introduction }: RecordedClient): string {
  const { client_name: name } = introduction.kind === 'document' ? introduction.document : introduction.body;
  return String(name);
}

async function listTools(answer: Answer): Promise<unknown> {
  const response = await fetch(company.mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${String(answer.body['access_token'])}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  return response.json();
}

describe.each([...hostedClients, ...editors, ...commandLineClients])('$name', (client) => {
  it(`signs a person in and stays signed in: it ${client.peculiarity}`, async () => {
    const clientId = await introduce(client);
    const verifier = randomBytes(32).toString('base64url');
    const values = {
      ...{ client_id: clientId, redirect_uri: client.redirectUri, state: client.state },
      ...{ scope: 'tools:read', resource: company.mcpUrl, code_verifier: verifier },
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    };
    const assertion = async (): Promise<{ readonly client_assertion: string }> => ({
      // ChatGPT, which alone signs here, names the token endpoint.
      client_assertion: await documents.assertion(clientId, `${company.issuer}/token`),
    });

    const authorizeUrl = `${company.issuer}/authorize?${filledIn(client.authorize, values).toString()}`;
    const code = expectAnswer(await createBrowser().walk({ authorizeUrl }), client);

    const redeemed = await server.token([
      ...filledIn(client.token, { ...values, ...(await assertion()), code }),
    ]);
    const { refreshToken } = expectTokens(redeemed, clientId);
    expect(await listTools(redeemed)).toMatchObject({ result: { tools: [{ name: 'list_orders' }, {}] } });

    const refreshed = await server.token([
      ...filledIn(client.refresh, { ...values, ...(await assertion()), refresh_token: refreshToken }),
    ]);
    expect(expectTokens(refreshed, clientId).refreshToken).not.toBe(refreshToken);
    expect(await listTools(refreshed)).toMatchObject({ result: { tools: [{ name: 'list_orders' }, {}] } });
  });
});
