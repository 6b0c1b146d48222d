import { afterAll, beforeAll, describe, expect } from 'vitest';
import { config as exampleConfig } from '../../../vestibule.config.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { steadyPortBlock } from '../../support/free-ports.ts';
import { type Answer, type Driver, drive } from '../support/driver.ts';
import { eventsSince } from '../support/people.ts';
import { publicApp, type Registering, registering } from '../support/registering.ts';
import {
  directory,
  rival,
  startStatementIssuers,
  type StatementIssuers,
} from '../support/statement-issuer.ts';
import { verifies } from '../verifies.ts';

const stated = {
  software_id: 'desk-4NRB1-0XZABZI9E6',
  client_name: 'Desk, as stated',
  redirect_uris: ['https://stated.example.com/cb'],
};
/** Every statement that was sent. */
const sent: string[] = [];
const answers: Answer[] = [];

let deployment: TestDeployment;
let issuers: StatementIssuers;
let client: Driver;
let clients: Registering;

beforeAll(async () => {
  issuers = await startStatementIssuers(await steadyPortBlock());
  deployment = await startDeployment({
    config: { ...exampleConfig, registration: { softwareStatements: issuers.config } },
  });
  client = drive(deployment);
  clients = registering(client);
});

afterAll(async () => {
  issuers.stop();
  await deployment.stop();
});

async function register(statement: unknown, metadata: object = publicApp('Plain')): Promise<Answer> {
  if (typeof statement === 'string') sent.push(statement);
  const answer = await clients.register({ ...metadata, software_statement: statement });
  answers.push(answer);
  return answer;
}

const inSeconds = (seconds: number): number => Math.floor(deployment.run.clock.now() / 1_000) + seconds;

describe('a client with a software statement', () => {
  verifies(
    ['rfc7591:2.3:statement', 'rfc7591:3.1.1:precedence', 'rfc7591:3.2.1:statement'],
    'is what the statement says before what it says itself, and gets the statement back as it was',
    async () => {
      const statement = await issuers.state({
        ...stated,
        scope: null,
        client_id: 'planner-client',
        client_secret: 'x',
      });
      const from = deployment.log.length;
      const { status, body } = await register(statement, { ...publicApp('Plain'), scope: 'openid' });
      expect(status).toBe(201);
      expect(body).toEqual({
        ...stated,
        client_id: expect.stringMatching(/^dyn_[A-Za-z0-9_-]{43}$/) as string,
        client_id_issued_at: expect.any(Number) as number,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        scope: 'openid',
        software_statement: statement,
      });
      const query = new URLSearchParams({
        client_id: String(body['client_id']),
        redirect_uri: 'http://127.0.0.1/callback',
      });
      // The redirect URI that stood beside the statement is not registered.
      const unregistered = await client.get(`/authorize?${query.toString()}`, { accept: 'application/json' });
      expect([unregistered.status, unregistered.text]).toEqual([
        400,
        expect.stringContaining('redirect_uri'),
      ]);
      expect(eventsSince(deployment, from)).toContainEqual(
        expect.objectContaining({
          event: 'client_registered',
          clientId: body['client_id'],
          statementIssuer: directory,
        }),
      );
    },
  );

  verifies(
    ['rfc7591:3.1.1:precedence', 'rfc7591:3.2.2:errors'],
    'has the keys of its statement, and none that it put beside them',
    async () => {
      const jwksUri = 'https://stated.example.com/jwks.json';
      const statement = await issuers.state({ ...stated, jwks_uri: jwksUri });
      const own = { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }] } };
      const { body } = await register(statement, { redirect_uris: ['https://a.example.com'], ...own });
      expect([body['jwks_uri'], body['jwks']]).toEqual([jwksUri, undefined]);
      const wrong = await register(await issuers.state({ redirect_uris: ['ftp://stated.example.com'] }));
      expect([wrong.status, wrong.body['error']]).toEqual([400, 'invalid_redirect_uri']);
    },
  );

  verifies(
    ['IX-26', 'rfc7591:3.2.1:statement'],
    'is the same client when it comes again, with another statement of the same words too',
    async () => {
      const [one, other, same] = [
        await issuers.state({ ...stated, iat: inSeconds(-60) }),
        await issuers.state({ ...stated, iat: inSeconds(0) }),
        await issuers.state({ ...stated, iss: rival }, { by: 'rival' }),
      ];
      const [first, again] = [await register(one), await register(other)];
      expect(again.body).toEqual({ ...first.body, software_statement: other });
      const ids = new Set([
        first.body['client_id'],
        (await register(same)).body['client_id'],
        (await clients.register({ ...publicApp(''), ...stated })).body['client_id'],
      ]);
      expect(ids.size).toBe(3);
    },
  );

  verifies(
    ['rfc7592:2.2:update', 'rfc7592:2.1:read', 'rfc7591:3.1.1:precedence'],
    'changes its own record by another statement, and loses it by none',
    async () => {
      const metadata = { redirect_uris: ['https://a.example.com'] };
      const statement = await issuers.state({ ...stated, token_endpoint_auth_method: 'client_secret_post' });
      const registered = await register(statement, metadata);
      const { client_id: id, registration_access_token: token } = registered.body;
      const manage = (method: string, body?: object) => clients.manage(method, registered, token, body);
      expect((await manage('GET')).body['software_statement']).toBe(statement);
      const next = await issuers.state({ ...stated, client_name: 'Renamed', client_id: 'planner-client' });
      sent.push(next);
      const changed = await manage('PUT', { ...metadata, client_id: id, software_statement: next });
      expect([changed.status, changed.body]).toEqual([
        200,
        expect.objectContaining({ client_id: id, client_name: 'Renamed', software_statement: next }),
      ]);
      const forged = await manage('PUT', { ...metadata, client_id: id, software_statement: `${next}x` });
      expect([forged.status, forged.body['error']]).toEqual([400, 'invalid_software_statement']);
      const without = await manage('PUT', { ...metadata, client_id: id });
      expect(without.body).toMatchObject({ ...metadata, client_name: 'a.example.com' });
      expect(without.body).not.toHaveProperty('software_statement');
    },
  );

  verifies(
    'rfc7519:4.1.3:audience',
    'is taken with a statement for this server, and not for others alone',
    async () => {
      for (const aud of [client.issuer, ['https://other.example.com', `${client.issuer}/register`]]) {
        expect((await register(await issuers.state({ ...stated, aud }))).status).toBe(201);
      }
      for (const aud of ['https://other.example.com', []]) {
        const { status, body } = await register(await issuers.state({ ...stated, aud }));
        expect([status, body['error']]).toEqual([400, 'invalid_software_statement']);
      }
    },
  );
});

describe('a statement that cannot be believed', () => {
  const unsigned = (claims: object): string =>
    [{ alg: 'none' }, { iss: directory, ...claims }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.') + '.';
  const tampered = async (): Promise<string> => {
    const [header, , signature] = (await issuers.state(stated)).split('.');
    const [, payload] = (await issuers.state({ ...stated, client_name: 'Evil' })).split('.');
    return [header, payload, signature].join('.');
  };
  const invalid: readonly (readonly [string, () => unknown, string])[] = [
    ['signed by nobody', () => unsigned(stated), 'signed with one of'],
    ['a MAC by the public key', () => issuers.stateByPublicKey(stated), 'signed with one of'],
    ['signed by another issuer', () => issuers.state(stated, { by: 'rival' }), 'no key of its issuer'],
    [
      'signed by another issuer under the name of the key',
      () => issuers.state(stated, { by: 'rival', header: { kid: 'directory-1' } }),
      'no key of its issuer',
    ],
    ['changed on its way', tampered, 'no key of its issuer'],
    ['expired', () => issuers.state({ ...stated, exp: inSeconds(-31) }), 'expired'],
    ['not valid yet', () => issuers.state({ ...stated, nbf: inSeconds(60) }), 'not valid yet'],
    ['with an exp that is a text', () => issuers.state({ ...stated, exp: 'never' }), 'claims'],
    ['without an issuer', () => issuers.state({ ...stated, iss: undefined }), 'who issued it'],
    ['no JWT', () => 'statement', 'JWT'],
    ['no text', () => ({ iss: directory }), 'as a text'],
    ['longer than any', async () => issuers.state({ ...stated, logo_uri: 'x'.repeat(8_000) }), 'longer'],
  ];

  verifies(
    ['rfc7591:3.2.2:statement', 'rfc8725:3.1:statement', 'vestibule:statement-issuer-told'],
    'is refused as invalid in words for the developer, whatever is wrong with it',
    async () => {
      for (const [what, statement, words] of invalid) {
        const { status, body } = await register(await statement());
        expect([what, status, body['error']]).toEqual([what, 400, 'invalid_software_statement']);
        expect(body['error_description']).toContain(words);
      }
    },
  );

  verifies(
    ['rfc7591:3.2.2:statement', 'rfc7591:2.3:statement'],
    'is unapproved where its issuer is not one of the config, however near the name is',
    async () => {
      const asked = issuers.asked.length;
      for (const iss of [`${directory}/`, 'https://DIRECTORY.example.com', 'https://evil.example.com', '']) {
        const { status, body } = await register(await issuers.state({ ...stated, iss }));
        expect([iss, status, body['error']]).toEqual([iss, 400, 'unapproved_software_statement']);
      }
      expect(issuers.asked).toHaveLength(asked);
    },
  );
});

describe('while the issuer of statements is out of reach', () => {
  verifies(
    'vestibule:statement-issuer-down',
    'nobody is refused or believed: the client is told to come again, and is served once the issuer is back',
    async () => {
      deployment.run.clock.advance(300);
      const statement = await issuers.state(stated);
      for (const mood of ['failing', 'silent', 'endless', 'moved'] as const) {
        issuers.be(mood);
        const { status, headers, body } = await register(statement);
        expect([mood, status, body['error']]).toEqual([mood, 503, 'temporarily_unavailable']);
        expect(headers.get('retry-after')).toBe('5');
      }
      expect(issuers.asked).not.toContain('/elsewhere');
      expect((await clients.register(publicApp('Without'))).status).toBe(201);
      issuers.be('well');
      expect((await register(statement)).status).toBe(201);
    },
  );

  verifies(
    'vestibule:statement-keys-rotate',
    'a key that is new there is fetched for, and a made-up one does not have the issuer asked each time',
    async () => {
      deployment.run.clock.advance(300);
      await register(await issuers.state(stated));
      const asked = issuers.asked.length;
      for (const kid of ['made-up', 'another', 'third']) {
        expect((await register(await issuers.state(stated, { header: { kid } }))).status).toBe(400);
      }
      expect(issuers.asked).toHaveLength(asked);
      await issuers.rotate();
      deployment.run.clock.advance(30);
      expect((await register(await issuers.state(stated))).status).toBe(201);
      expect(issuers.asked).toHaveLength(asked + 1);
    },
  );
});

verifies(
  'vestibule:statement-issuer-told',
  'events name the issuer, and no log or refusal holds a statement',
  () => {
    const events = eventsSince(deployment, 0);
    expect(events).toContainEqual(
      expect.objectContaining({
        event: 'client_registration_refused',
        reason: 'software_statement_invalid',
        statementIssuer: directory,
      }),
    );
    const unapproved = events.filter(({ reason }) => reason === 'software_statement_unapproved');
    expect(unapproved).toHaveLength(4);
    for (const event of unapproved) expect(event).not.toHaveProperty('statementIssuer');
    const refusals = answers.filter(({ status }) => status !== 201).map(({ text }) => text);
    const written = [...deployment.log, ...refusals].join('\n');
    const parts = sent.flatMap((statement) => [statement, ...statement.split('.').slice(1)]);
    const found = parts.filter((part) => part.length > 16 && written.includes(part));
    expect([parts.length > 60, found]).toEqual([true, []]);
  },
);
