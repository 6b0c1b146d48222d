import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVerifier, expressMiddleware } from '../../../lambdas/resource-server/index.ts';
import { readClientCertificate } from '../../../lambdas/oauth/mutual-tls/client-certificate.ts';
import type { IssuedCertificate } from '../../../local/tls/certificate.ts';
import { startDeployment, type TestDeployment } from '../../support/deployment.ts';
import { newDpopKey } from '../../support/dpop-key.ts';
import { tlsFetch } from '../../support/tls-fetch.ts';
import { type CertificateDriver, driveWith, named, withCertificates } from '../support/certificates.ts';
import { type Answer, answer, basic, type Driver, drive } from '../support/driver.ts';
import { type Granting, grantingAt, type Wish } from '../support/granted.ts';
import { eventsSince } from '../support/people.ts';
import { verifies } from '../verifies.ts';

const demo = 'http://localhost:9401/mcp';
const bound = { certificateBoundAccessTokens: true } as const;

let deployment: TestDeployment;
let plain: Driver;
let own: IssuedCertificate;
let renewed: IssuedCertificate;
let mine: CertificateDriver;
let theirs: CertificateDriver;
/** Public clients, at the second host with either certificate, and at the issuer's without. */
let granting: Readonly<Record<'mine' | 'theirs' | 'plain', Granting>>;
let token: string;

beforeAll(async () => {
  deployment = await startDeployment({
    config: withCertificates(
      {
        ...{ id: 'reporter', agent: 'planner', ...bound },
        authentication: { method: 'tls_client_auth', subjectDn: 'CN=reporter' },
      },
      { id: 'keeper', agent: 'planner', authentication: { method: 'client_secret_basic' }, ...bound },
      {
        ...{ id: 'app', authentication: { method: 'none' }, ...bound },
        redirectUris: ['http://127.0.0.1/callback'],
      },
    ),
  });
  plain = drive(deployment);
  const issue = (): IssuedCertificate =>
    deployment.run.clientAuthority.issue({ subject: named(['CN', 'reporter']) });
  [own, renewed] = [issue(), issue()];
  [mine, theirs] = [await driveWith(deployment, own), await driveWith(deployment, renewed)];
  granting = {
    mine: grantingAt(deployment, { ...plain, ...mine }),
    theirs: grantingAt(deployment, { ...plain, ...theirs }),
    plain: grantingAt(deployment, plain),
  };
  token = String((await ask(mine)).body['access_token']);
});

afterAll(async () => {
  for (const each of Object.values(granting)) each.stop();
  await deployment.stop();
});

const thumbprint = (certificate: IssuedCertificate): string | undefined =>
  readClientCertificate(certificate.certificate)?.thumbprint;
const told = ({ status, body }: Answer): readonly unknown[] => [status, body['error']];
const cnfOf = ({ body }: Answer): unknown => decodeJwt(String(body['access_token']))['cnf'];
const newCode = (wish: Partial<Wish> = {}) =>
  granting.plain.code({ clientId: 'app', resource: demo, scope: ['openid', 'tools:read'], ...wish });

function ask(driver: Pick<Driver, 'token'>, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const form = { grant_type: 'client_credentials', client_id: 'reporter', resource: demo };
  return driver.token(form, headers);
}

describe('a token of a client whose tokens are bound', () => {
  verifies(
    'rfc8705:3.1:cnf',
    'names the certificate that it was asked for with, and is a Bearer token',
    async () => {
      const answered = await ask(mine);
      expect([answered.status, answered.body['token_type']]).toEqual([200, 'Bearer']);
      expect(cnfOf(answered)).toEqual({ 'x5t#S256': thumbprint(own) });
      expect(cnfOf(await ask(theirs))).toEqual({ 'x5t#S256': thumbprint(renewed) });
    },
  );

  verifies(
    'rfc8705:3.4:client-metadata',
    'is not to be had without a certificate, whatever else proves the client',
    async () => {
      const headers = basic('keeper', await deployment.secretOf('keeper'));
      const form = { grant_type: 'client_credentials', resource: demo };
      const refused = await plain.token(form, headers);
      expect(told(refused)).toEqual([400, 'invalid_request']);
      expect(refused.body['error_description']).toMatch(/send the request with it, to mtls_endpoint_aliases/);
      expect(cnfOf(await mine.token(form, headers))).toEqual({ 'x5t#S256': thumbprint(own) });
    },
  );

  it('is not bound for a client that did not ask for it, certificate or not', async () => {
    const headers = basic('planner-client', await deployment.secretOf('planner-client'));
    expect(
      cnfOf(await mine.token({ grant_type: 'client_credentials', resource: demo }, headers)),
    ).toBeUndefined();
  });

  verifies('rfc7800:3.1:one-key', 'is bound to one thing: not to a key as well', async () => {
    const key = await newDpopKey();
    const at = Math.floor(deployment.run.clock.now() / 1_000);
    const proof = await key.prove({ method: 'POST', url: `${mine.origin}/token`, at });
    const refused = await ask(mine, { dpop: proof });
    expect(told(refused)).toEqual([400, 'invalid_request']);
    expect(refused.body['error_description']).toMatch(/leave out the DPoP header/);
    const declared = {
      ...{ client_id: 'both', agent_id: 'planner', token_endpoint_auth_method: 'client_secret_basic' },
      ...{ dpop_bound_access_tokens: true, tls_client_certificate_bound_access_tokens: true },
    };
    expect((await plain.admin('POST', 'clients', declared)).text).toMatch(/a token names one key/);
  });

  verifies(
    'rfc8705:3.2:introspection',
    'is told of by introspection, which leaves the comparison to its server',
    async () => {
      const headers = basic('demo-server', await deployment.secretOf('demo-server'));
      const asked = await plain.send('/introspect', {
        method: 'POST',
        headers,
        body: new URLSearchParams({ token }),
      });
      expect(asked.body).toMatchObject({
        ...{ active: true, token_type: 'Bearer' },
        cnf: { 'x5t#S256': thumbprint(own) },
      });
    },
  );

  it('is told to the audit trail by the thumbprint of its certificate, and the certificate to no log', async () => {
    const from = deployment.log.length;
    await ask(mine);
    expect(eventsSince(deployment, from)).toContainEqual(
      expect.objectContaining({ event: 'token_issued', clientId: 'reporter', x5t: thumbprint(own) }),
    );
    const [, body = ''] = own.certificate.split('\n');
    expect(deployment.log.filter((line) => line.includes(body))).toEqual([]);
  });
});

describe('at a resource', () => {
  let secure: Server;
  let origin: string;
  const guard = (): ReturnType<typeof expressMiddleware> =>
    expressMiddleware(
      createVerifier({
        ...{ issuer: plain.issuer, resource: demo, scopes: ['tools:read'] },
        now: () => Math.floor(deployment.run.clock.now() / 1_000),
      }),
    );

  beforeAll(async () => {
    const { clientAuthority } = deployment.run;
    const { certificate: cert, key } = clientAuthority.issue({
      ...{ subject: named(['CN', 'localhost']), usage: 'server' },
      alternativeNames: [{ kind: 'dns', value: 'localhost' }],
    });
    const middleware = guard();
    // Which authorities it trusts does not matter: the handshake shows the key of the certificate.
    secure = createServer(
      { cert, key, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        void middleware(request, response, () => response.end('{"served":true}'));
      },
    );
    secure.listen(0, 'localhost');
    await once(secure, 'listening');
    origin = `https://localhost:${(secure.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    secure.closeAllConnections();
    secure.close();
  });

  const call = async (certificate?: IssuedCertificate, headers = {}): Promise<Answer> => {
    const fetchIt = tlsFetch(deployment.run.clientAuthority.certificate, certificate);
    return answer(
      await fetchIt(`${origin}/mcp`, { headers: { authorization: `Bearer ${token}`, ...headers } }),
    );
  };

  verifies(
    'rfc8705:3:resource',
    'is taken with its certificate, and refused with another one or none',
    async () => {
      expect((await call(own)).status).toBe(200);
      for (const certificate of [renewed, undefined]) {
        const refused = await call(certificate);
        expect(told(refused)).toEqual([401, 'invalid_token']);
        expect(refused.headers.get('www-authenticate')).toMatch(
          /^Bearer error="invalid_token", error_description="The access token is bound to a certificate; /,
        );
      }
      const { certificate } = own;
      expect((await call(undefined, { 'x-client-cert': encodeURIComponent(certificate) })).status).toBe(401);
      expect((await call(own, { authorization: `DPoP ${token}` })).status).toBe(401);
    },
  );

  verifies(
    'rfc8705:3:resource',
    'is refused by a server without TLS, and where only the token is shown',
    async () => {
      const middleware = guard();
      const server = createPlainServer((request, response) => {
        void middleware(request, response, () => response.end('{"served":true}'));
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const refused = await fetch(`http://127.0.0.1:${port}/mcp`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(refused.status).toBe(401);
      server.closeAllConnections();
      server.close();
      const verifier = createVerifier({
        ...{ issuer: plain.issuer, resource: demo },
        now: () => Math.floor(deployment.run.clock.now() / 1_000),
      });
      expect((await verifier.verify(`Bearer ${token}`)).ok).toBe(false);
      const carried = { headers: { authorization: `Bearer ${token}` }, method: 'GET', url: '/mcp' };
      const withCertificate = { ...carried, clientCertificate: own.certificate };
      expect((await verifier.verify(withCertificate)).ok).toBe(true);
      expect((await verifier.verify({ ...carried, clientCertificate: 'none' })).ok).toBe(false);
    },
  );
});

describe('at /userinfo', () => {
  verifies(
    'rfc8705:3:userinfo',
    'is taken with its certificate at the second host, and nowhere else',
    async () => {
      const redeemed = await granting.mine.redeem(await newCode(), 'app');
      const headers = { authorization: `Bearer ${String(redeemed.body['access_token'])}` };
      expect(cnfOf(redeemed)).toEqual({ 'x5t#S256': thumbprint(own) });
      expect((await mine.send('/userinfo', { headers })).status).toBe(200);
      for (const refused of [
        await theirs.send('/userinfo', { headers }),
        await plain.send('/userinfo', { headers }),
      ]) {
        expect(refused.status).toBe(401);
        expect(refused.headers.get('www-authenticate')).toMatch(
          /^Bearer error="invalid_token", .*bound to a certificate/,
        );
      }
    },
  );
});

describe('of a public client', () => {
  verifies(
    'rfc8705:4:refresh',
    'a refresh token is of the certificate too, and who has another one ends nothing',
    async () => {
      const redeemed = await granting.mine.redeem(await newCode(), 'app');
      const refreshToken = redeemed.body['refresh_token'];
      expect(told(await granting.theirs.refresh(refreshToken, 'app'))).toEqual([400, 'invalid_grant']);
      expect(told(await granting.plain.refresh(refreshToken, 'app'))).toEqual([400, 'invalid_request']);
      const next = await granting.mine.refresh(refreshToken, 'app');
      expect([next.status, cnfOf(next)]).toEqual([200, { 'x5t#S256': thumbprint(own) }]);
      // Long replaced: in the hands of its owner this ends the family, and of nobody else.
      deployment.run.clock.advance(120);
      expect(told(await granting.theirs.refresh(refreshToken, 'app'))).toEqual([400, 'invalid_grant']);
      expect((await granting.mine.refresh(next.body['refresh_token'], 'app')).status).toBe(200);
    },
  );

  verifies(
    'vestibule:strangers-change-nothing',
    'a code is neither used up nor ended by who has no certificate',
    async () => {
      const granted = await newCode();
      expect(told(await granting.plain.redeem(granted, 'app'))).toEqual([400, 'invalid_request']);
      const redeemed = await granting.mine.redeem(granted, 'app');
      expect(redeemed.status).toBe(200);
      deployment.run.clock.advance(30);
      expect(told(await granting.plain.redeem(granted, 'app'))).toEqual([400, 'invalid_request']);
      expect((await granting.mine.refresh(redeemed.body['refresh_token'], 'app')).status).toBe(200);
    },
  );
});

describe('a proof of a key at the second host', () => {
  it('is for the URL that it is sent to, as the metadata has it', async () => {
    const { body: metadata } = await plain.get('/.well-known/oauth-authorization-server');
    expect(metadata['tls_client_certificate_bound_access_tokens']).toBe(true);
    const key = await newDpopKey();
    const headers = basic('planner-client', await deployment.secretOf('planner-client'));
    const form = { grant_type: 'client_credentials', resource: demo };
    const proving = async (url: string, nonce?: string) => {
      const at = Math.floor(deployment.run.clock.now() / 1_000);
      return { ...headers, dpop: await key.prove({ method: 'POST', url, at, ...(nonce && { nonce }) }) };
    };
    const url = `${mine.origin}/token`;
    const first = await mine.token(form, await proving(url));
    expect(told(first)).toEqual([400, 'use_dpop_nonce']);
    const nonce = first.headers.get('dpop-nonce') ?? '';
    expect(cnfOf(await mine.token(form, await proving(url, nonce)))).toEqual({ jkt: key.jkt });
    expect(told(await mine.token(form, await proving(`${plain.issuer}/token`, nonce)))).toEqual([
      ...[400, 'invalid_dpop_proof'],
    ]);
  });
});
