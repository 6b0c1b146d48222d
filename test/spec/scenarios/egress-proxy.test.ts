import { randomBytes } from 'node:crypto';
import { afterAll, beforeEach, describe, expect } from 'vitest';
import { newDpopKey } from '../../support/dpop-key.ts';
import { startCompany } from '../../support/company.ts';
import { startThirdParty } from '../../unit/egress/proxy/a-third-party.ts';
import { basic, drive } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { forThisFile, mend, strike } from '../support/this-file.ts';
import { verifies } from '../verifies.ts';

const party = await startThirdParty();
afterAll(() => {
  party.stop();
});

/** The planner keeps the books at a third party, by a key of the deployment. */
const company = forThisFile(() =>
  startCompany({
    change: (config) => ({
      ...config,
      agents: config.agents.map((agent) =>
        agent.id === 'planner'
          ? { ...agent, scopes: { ...agent.scopes, ledger: { optional: ['entries:read', 'entries:write'] } } }
          : agent,
      ),
      egress: {
        providers: [
          ...(config.egress?.providers ?? []),
          {
            ...{
              id: 'ledger',
              name: 'Ledger',
              credential: { kind: 'api_key', place: 'header', name: 'X-Key' },
            },
            api: { origins: [party.origin] },
            scopes: {
              'entries:read': { description: 'Read', rules: ['GET /entries', 'GET /entries/*'] },
              'entries:write': { description: 'Write', rules: ['POST /entries', 'PUT /files/*'] },
            },
          },
        ],
      },
    }),
  }),
);

const uri = () => `${company.issuer}/egress/ledger`;

async function ownClient(): Promise<{ readonly authorization: string }> {
  return basic('planner-client', await company.secretOf('planner-client'));
}

async function tokenFor(scope: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const form = { grant_type: 'client_credentials', resource: uri(), scope };
  const { status, text, body } = await drive(company).token(form, { ...(await ownClient()), ...headers });
  expect([status, text]).toEqual([200, text]);
  return String(body['access_token']);
}

async function call(
  token: string,
  path: string,
  init: Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> } = {},
) {
  return fetch(`${uri()}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { authorization: `Bearer ${token}`, ...init.headers },
  });
}

beforeEach(() => {
  party.received.length = 0;
  party.answers = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});

describe('the proxy to a third party, behind the gateway', () => {
  verifies(
    ['vestibule:egress-credential', 'vestibule:egress-paths'],
    'sends a call on with the key of the deployment, along the very path that was asked for',
    async () => {
      const token = await tokenFor('entries:read');
      const from = company.log.length;
      party.answers = ({ headers }, response) => response.end(`your key is ${String(headers['x-key'])}`);
      const path = '/entries/a%20%C3%A9%26b?since=1%2F2';
      const answer = await call(token, path, { headers: { 'vestibule-path': '/entries/a%20%C3%A9%26b' } });
      const key = String(party.received[0]?.headers['x-key']);
      expect([answer.status, await answer.text()]).toEqual([200, 'your key is [redacted]']);
      expect(party.received.map(({ url }) => url)).toEqual([path]);
      expect(key).toMatch(/^\w{48}$/);
      expect(eventsSince(company, from)).toMatchObject([
        {
          event: 'egress_called',
          provider: 'ledger',
          agentId: 'planner',
          rule: 'GET /entries/*',
          status: 200,
          redacted: 1,
        },
      ]);
      expect(company.log.join('\n')).not.toContain(key);
      expect(
        eventsSince(company, from)
          .map((event) => JSON.stringify(event))
          .join(),
      ).not.toContain('since');
    },
  );

  verifies('vestibule:egress-paths', 'is deceived by no path that the gateway has decoded', async () => {
    const token = await tokenFor('entries:read');
    for (const [path, header] of [
      ['/entries/a%2F..%2Fadmin', undefined],
      ['/entries/a%2Fb', '/entries/a%2Fb'],
      ['/entries/%252e%252e', '/entries/%252e%252e'],
      ['/entries/a%3Fb', undefined],
      ['/entries/a', '/admin'],
      ['/entries/a%0d%0ahost:b', undefined],
    ] as const) {
      const answer = await call(token, path, {
        headers: { ...(header !== undefined && { 'vestibule-path': header }) },
      });
      expect([path, answer.status, answer.headers.get('vestibule-error')]).toEqual([
        path,
        400,
        'invalid_request',
      ]);
    }
    expect((await call(token, '/entries/a%2Fb')).status).toBe(403);
    expect(party.received).toEqual([]);
  });

  verifies(
    'vestibule:egress-inert',
    'brings bytes there and back as they are, four megabytes of them',
    async () => {
      const token = await tokenFor('entries:write');
      const bytes = randomBytes(4_194_304);
      party.answers = ({ body }, response) => {
        response.writeHead(200, { 'content-type': 'application/pdf', 'set-cookie': 'a=b' }).end(body);
      };
      const put = { method: 'PUT', headers: { 'content-type': 'application/octet-stream' } };
      const answer = await call(token, '/files/1', { ...put, body: bytes });
      expect([answer.status, Buffer.from(await answer.arrayBuffer()).equals(bytes)]).toEqual([200, true]);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(answer.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
      const more = await call(token, '/files/1', { ...put, body: Buffer.concat([bytes, Buffer.from('a')]) });
      expect([more.status, more.headers.get('vestibule-error')]).toEqual([413, 'content_too_large']);
    },
  );

  verifies(
    ['vestibule:egress-proofs', 'vestibule:egress-credential'],
    'takes no token of another resource, and one of a key with its proof alone',
    async () => {
      const key = await newDpopKey();
      const at = Math.floor(company.run.clock.now() / 1_000);
      const wish = { url: `${company.issuer}/token`, at };
      const asked = await drive(company).token(
        { grant_type: 'client_credentials', resource: uri(), scope: 'entries:read' },
        { ...(await ownClient()), dpop: await key.prove(wish) },
      );
      const nonce = asked.headers.get('dpop-nonce') ?? '';
      const bound = await tokenFor('entries:read', { dpop: await key.prove({ ...wish, nonce }) });
      const bearer = await call(bound, '/entries');
      const challenge = bearer.headers.get('www-authenticate');
      expect([bearer.status, challenge]).toEqual([401, expect.stringMatching(/^DPoP /)]);
      const proven = async (more: object) => {
        const proof = { method: 'GET', url: `${uri()}/entries`, at, accessToken: bound, ...more };
        return { authorization: `DPoP ${bound}`, dpop: await key.prove(proof) };
      };
      const without = await call(bound, '/entries', { headers: await proven({}) });
      expect([without.status, without.headers.get('vestibule-error')]).toEqual([401, 'use_dpop_nonce']);
      const headers = await proven({ nonce: without.headers.get('dpop-nonce') });
      const taken = await call(bound, '/entries', { headers });
      expect([taken.status, taken.headers.get('dpop-nonce')]).toEqual([200, expect.any(String)]);
      expect((await call(bound, '/entries', { headers })).status).toBe(401);
      const demo = await drive(company).token(
        { grant_type: 'client_credentials', resource: company.mcpUrl },
        await ownClient(),
      );
      const other = await call(String(demo.body['access_token']), '/entries');
      expect([other.status, other.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('resource_metadata='),
      ]);
      expect(party.received).toHaveLength(1);
    },
  );

  verifies(
    'vestibule:egress-limits',
    'keeps to what the third party says about when to come again, and tells of it where that can not be kept',
    async () => {
      const [token, from] = [await tokenFor('entries:read'), company.log.length];
      party.answers = (_, response) => response.writeHead(429, { 'retry-after': '60' }).end('too much');
      strike(company, 'dynamodb:UpdateItem~Egress=down@*');
      const unkept = await call(token, '/entries');
      mend(company);
      expect([unkept.status, unkept.headers.get('retry-after'), await unkept.text()]).toEqual([
        ...[429, '60', 'too much'],
      ]);
      expect(await (await call(token, '/entries')).text()).toBe('too much');
      const kept = await call(token, '/entries');
      expect([kept.status, kept.headers.get('vestibule-error')]).toEqual([429, 'third_party_busy']);
      expect(party.received).toHaveLength(2);
      expect(eventsSince(company, from)).toMatchObject([
        { event: 'egress_called', status: 429 },
        { event: 'egress_called', status: 429 },
        { event: 'egress_refused' },
      ]);
      party.answers = (_, response) => response.end('{}');
      company.run.clock.advance(61);
      expect((await call(token, '/entries')).status).toBe(200);
    },
  );
});
