import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateAuthority } from '../../../local/tls/authority.ts';
import type { CertificateRequest } from '../../../local/tls/certificate.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { driveWith, named, withCertificates } from '../support/certificates.ts';
import { basic, drive, type Driver } from '../support/driver.ts';
import { verifies } from '../verifies.ts';

const subjectDn = 'CN=reporter,OU=Agents,O=Example\\, Inc.,C=DE';
const reporter = named(['C', 'DE'], ['O', 'Example, Inc.'], ['OU', 'Agents'], ['CN', 'reporter']);
const client = (id: string, name: object) => ({
  ...{ id, agent: 'planner' },
  authentication: { method: 'tls_client_auth' as const, ...name },
});

let deployment: TestDeployment;
let driver: Driver;

beforeAll(async () => {
  deployment = await startDeployment({
    config: withCertificates(
      client('by-dn', { subjectDn }),
      client('by-dns', { sanDns: 'Reporter.example.com' }),
      client('by-uri', { sanUri: 'spiffe://example.com/reporter' }),
      client('by-ip', { sanIp: '2001:db8::7' }),
      client('by-email', { sanEmail: 'reporter@example.com' }),
      {
        ...{ id: 'demo-checker', resource: 'demo' },
        authentication: { method: 'tls_client_auth', sanDns: 'checker.example.com' },
      },
    ),
  });
  driver = drive(deployment);
});
afterAll(() => deployment.stop());

/** Asks for a token with a new certificate of the truststore. */
async function ask(clientId: string, request: CertificateRequest, more: Record<string, string> = {}) {
  const driven = await driveWith(deployment, deployment.run.clientAuthority.issue(request));
  const resource = 'http://localhost:9401/mcp';
  return driven.token({ grant_type: 'client_credentials', client_id: clientId, resource, ...more });
}

const unnamed: CertificateRequest = { subject: [] };
const refusedAs = (description: RegExp) => ({
  status: 401,
  body: { error: 'invalid_client', error_description: expect.stringMatching(description) as string },
});

describe('tls_client_auth', () => {
  verifies(
    'rfc8705:2:client-id',
    'gives a token to a client that names itself and shows its certificate',
    async () => {
      expect(await ask('by-dn', { subject: reporter })).toMatchObject({
        status: 200,
        body: { token_type: 'Bearer', scope: 'tools:read' },
      });
      const driven = await driveWith(deployment, deployment.run.clientAuthority.issue({ subject: reporter }));
      expect(await driven.token({ grant_type: 'client_credentials' })).toMatchObject(
        refusedAs(/authenticate by HTTP Basic/),
      );
    },
  );

  it.each<readonly [string, string, CertificateRequest]>([
    ['a host', 'by-dns', { ...unnamed, alternativeNames: [{ kind: 'dns', value: 'reporter.EXAMPLE.com' }] }],
    [
      'a URI',
      'by-uri',
      { ...unnamed, alternativeNames: [{ kind: 'uri', value: 'spiffe://example.com/reporter' }] },
    ],
    [
      'an address',
      'by-ip',
      { ...unnamed, alternativeNames: [{ kind: 'ip', value: '2001:db8:0:0:0:0:0:7' }] },
    ],
    [
      'a mailbox',
      'by-email',
      { ...unnamed, alternativeNames: [{ kind: 'email', value: 'reporter@Example.com' }] },
    ],
    [
      'one of several names',
      'by-dns',
      {
        ...{ subject: named(['CN', 'anything']) },
        alternativeNames: [
          { kind: 'uri', value: 'https://example.com/' },
          { kind: 'dns', value: 'reporter.example.com' },
        ],
      },
    ],
    [
      'a name in other letters',
      'by-dn',
      { subject: named(['C', 'de'], ['O', 'EXAMPLE,  Inc.'], ['OU', 'agents'], ['CN', 'Reporter']) },
    ],
  ])('knows a client by %s', async (_, id, request) => {
    expect((await ask(id, request)).status).toBe(200);
  });

  verifies(
    'rfc8705:2.1:subject',
    'refuses a certificate of another name than the client is registered for',
    async () => {
      const others: readonly (readonly [string, CertificateRequest])[] = [
        [
          'by-dn',
          { subject: named(['C', 'DE'], ['O', 'Example, Inc.'], ['OU', 'Agents'], ['CN', 'planner']) },
        ],
        // As its text they would be one.
        ['by-dn', { subject: named(['C', 'DE'], ['O', 'Inc.'], ['OU', 'Agents'], ['CN', 'reporter']) }],
        ['by-dn', { subject: named(['CN', subjectDn]) }],
        ['by-dn', { subject: [...reporter].toReversed() }],
        ['by-dn', { subject: [reporter.flat()] }],
        ['by-dn', { subject: [...reporter, ...named(['CN', 'other'])] }],
        ['by-dn', unnamed],
        // A name of one kind is none of another.
        ['by-dns', { subject: named(['CN', 'reporter.example.com']) }],
        ['by-dns', { ...unnamed, alternativeNames: [{ kind: 'dns', value: '*.example.com' }] }],
        [
          'by-dns',
          { ...unnamed, alternativeNames: [{ kind: 'dns', value: 'reporter.example.com\0.evil.example' }] },
        ],
        [
          'by-dns',
          { ...unnamed, alternativeNames: [{ kind: 'uri', value: 'x:y, DNS:reporter.example.com' }] },
        ],
        [
          'by-uri',
          { ...unnamed, alternativeNames: [{ kind: 'uri', value: 'spiffe://example.com/Reporter' }] },
        ],
        [
          'by-uri',
          { ...unnamed, alternativeNames: [{ kind: 'uri', value: 'spiffe://example.com/reporter/2' }] },
        ],
        ['by-ip', { ...unnamed, alternativeNames: [{ kind: 'ip', value: '2001:db8:0:0:0:0:0:8' }] }],
        ['by-email', { ...unnamed, alternativeNames: [{ kind: 'email', value: 'Reporter@example.com' }] }],
      ];
      for (const [id, request] of others) {
        expect([id, request, await ask(id, request)]).toEqual([
          ...[id, request],
          expect.objectContaining(refusedAs(/no client of that name is registered for the certificate/)),
        ]);
      }
    },
  );

  it('tells nobody whether a client is there, or proves itself otherwise', async () => {
    const answers = await Promise.all(
      ['nobody', 'planner-client', 'by-uri'].map((id) => ask(id, { subject: reporter })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it('takes the secret of another client at the same host, for there everybody has a certificate', async () => {
    const driven = await driveWith(deployment, deployment.run.clientAuthority.issue({ subject: reporter }));
    const secret = await deployment.secretOf('planner-client');
    const answer = await driven.token(
      { grant_type: 'client_credentials', resource: 'http://localhost:9401/mcp' },
      basic('planner-client', secret),
    );
    expect(answer.status).toBe(200);
  });
});

describe('a certificate', () => {
  verifies(
    'vestibule:certificates-come-from-tls',
    'counts for nothing in a header, whatever its name',
    async () => {
      const { certificate } = deployment.run.clientAuthority.issue({ subject: reporter });
      const line = certificate.replaceAll('\n', ' ').trim();
      const headers = {
        'x-client-cert': encodeURIComponent(certificate),
        'x-amzn-mtls-clientcert': encodeURIComponent(certificate),
        'x-forwarded-client-cert': line,
        'ssl-client-cert': line,
        'client-cert': `:${Buffer.from(certificate).toString('base64')}:`,
      };
      const form = { grant_type: 'client_credentials', client_id: 'by-dn' };
      expect(await driver.token(form, headers)).toMatchObject(refusedAs(/authenticate by/));
      const other = await driveWith(deployment, deployment.run.clientAuthority.issue(unnamed));
      expect(await other.token(form, headers)).toMatchObject(refusedAs(/no client of that name/));
    },
  );

  it('of no authority, or of another one, makes no connection', async () => {
    const elsewhere = certificateAuthority('Authority of the local run').issue({ subject: reporter });
    for (const certificate of [undefined, elsewhere]) {
      const driven = await driveWith(deployment, certificate);
      await expect(driven.token({ grant_type: 'client_credentials', client_id: 'by-dn' })).rejects.toThrow(
        /alert|reset|EPIPE|closed|hang up/i,
      );
    }
  });

  verifies('rfc5280:4.1.2.5:validity', 'is refused before it is valid and once it has expired', async () => {
    const { clock } = deployment.run;
    const until = new Date(clock.now() + 3_600_000);
    const soonOver = deployment.run.clientAuthority.issue({ subject: reporter, until });
    const driven = await driveWith(deployment, soonOver);
    const form = {
      grant_type: 'client_credentials',
      client_id: 'by-dn',
      resource: 'http://localhost:9401/mcp',
    };
    expect((await driven.token(form)).status).toBe(200);
    clock.advance(3_600);
    // TLS runs by the clock of the machine; here the hour is over.
    expect(await driven.token(form)).toMatchObject(refusedAs(/has expired, or is not valid yet/));
  });

  verifies('rfc5280:4.2.1.12:usage', 'for servers alone proves no client', async () => {
    // TLS itself refuses it here, before a function could.
    const server = deployment.run.clientAuthority.issue({ subject: reporter, usage: 'server' });
    const driven = await driveWith(deployment, server);
    await expect(driven.token({ grant_type: 'client_credentials', client_id: 'by-dn' })).rejects.toThrow();
  });
});

describe('the other endpoints', () => {
  it('take a certificate for introspection and for revocation', async () => {
    const { body: token } = await ask('by-dn', { subject: reporter });
    const checker = await driveWith(
      deployment,
      deployment.run.clientAuthority.issue({
        ...unnamed,
        alternativeNames: [{ kind: 'dns', value: 'checker.example.com' }],
      }),
    );
    const question = (clientId: string): RequestInit => ({
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, token: String(token['access_token']) }),
    });
    const active = await checker.send('/introspect', question('demo-checker'));
    expect(active).toMatchObject({ status: 200, body: { active: true, client_id: 'by-dn' } });
    const owner = await driveWith(deployment, deployment.run.clientAuthority.issue({ subject: reporter }));
    expect((await owner.send('/revoke', question('by-dn'))).status).toBe(200);
    expect((await checker.send('/introspect', question('demo-checker'))).body).toEqual({ active: false });
  });
});

describe('the metadata', () => {
  verifies(
    'rfc8705:5:aliases',
    'names the endpoints that take certificates, and each of them works',
    async () => {
      const { body } = await driver.get('/.well-known/oauth-authorization-server');
      const aliases = body['mtls_endpoint_aliases'] as Readonly<Record<string, string>>;
      expect(Object.keys(aliases).sort()).toEqual([
        ...[
          'device_authorization_endpoint',
          'introspection_endpoint',
          'pushed_authorization_request_endpoint',
        ],
        ...['revocation_endpoint', 'token_endpoint', 'userinfo_endpoint', 'vestibule_tasks_endpoint'],
      ]);
      for (const [name, url] of Object.entries(aliases)) {
        expect(new URL(url).protocol).toBe('https:');
        expect(new URL(url).pathname).toBe(new URL(String(body[name])).pathname);
        const driven = await driveWith(deployment, deployment.run.clientAuthority.issue(unnamed));
        const { status } = await driven.send(new URL(url).pathname, {
          method: 'POST',
          body: new URLSearchParams(),
        });
        expect([name, status]).toEqual([name, 401]);
      }
      for (const name of ['token', 'introspection', 'revocation']) {
        expect(body[`${name}_endpoint_auth_methods_supported`]).toContain('tls_client_auth');
      }
    },
  );
});

describe('the admin API', () => {
  it('registers a client by the name of its certificate, and shows it as it was declared', async () => {
    const declared = {
      ...{ client_id: 'declared', agent_id: 'planner', token_endpoint_auth_method: 'tls_client_auth' },
      tls_client_auth_subject_dn: 'cn=Declared+2.5.4.5=#0c0131',
    };
    expect(await driver.register('clients', declared)).toMatchObject(declared);
    const subject = [
      [
        ['2.5.4.3', 'declared'],
        ['2.5.4.5', '1'],
      ] as const,
    ];
    expect((await ask('declared', { subject })).status).toBe(200);
  });

  it.each([
    [{}, /exactly one of tls_client_auth_subject_dn/],
    [{ tls_client_auth_san_dns: 'a.example', tls_client_auth_san_ip: '192.0.2.7' }, /exactly one of/],
    [{ tls_client_auth_subject_dn: 'reporter' }, /tls_client_auth_subject_dn.*as RFC 4514 writes it/],
    [{ tls_client_auth_san_dns: '*.example.com' }, /tls_client_auth_san_dns.*without a wildcard/],
  ])('refuses %j', async (names, words) => {
    const method = { token_endpoint_auth_method: 'tls_client_auth' };
    const refused = await driver.admin('POST', 'clients', {
      ...{ client_id: 'broken', agent_id: 'planner', ...method, ...names },
    });
    expect([refused.status, refused.text]).toEqual([400, expect.stringMatching(words)]);
  });
});
