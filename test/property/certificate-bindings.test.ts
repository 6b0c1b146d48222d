import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorizerHandler } from '../../lambdas/http/authorizer.ts';
import { gateHandler, readTargets } from '../../lambdas/http/gate.ts';
import type { GatewayEvent } from '../../lambdas/http/gateway-event.ts';
import { interceptorHandler } from '../../lambdas/http/interceptor.ts';
import { readRouteScopes, routeGuard } from '../../lambdas/http/protected-routes.ts';
import { readClientCertificate } from '../../lambdas/oauth/mutual-tls/client-certificate.ts';
import { boundCertificate } from '../../lambdas/oauth/mutual-tls/bound-certificate.ts';
import { createVerifier, middyMiddleware, type Verifier } from '../../lambdas/resource-server/index.ts';
import { tokenJudge } from '../../lambdas/resource-server/token-judge.ts';
import { makeCertificate } from '../../local/tls/certificate.ts';
import { anEvent } from '../unit/http/requests.ts';
import {
  type KeyServer,
  makeKey,
  makeToken,
  resource,
  startKeyServer,
} from '../unit/resource-server/fixture.ts';
import { hostile, runs } from './arbitraries.ts';

const now = 1_800_000_000;
const route = 'ANY /mcp';
const [own, other] = ['own', 'other'].map(
  (name) => makeCertificate({ subject: [[['2.5.4.3', name]]] }).certificate,
);
const x5t = readClientCertificate(own)?.thumbprint ?? '';

let issuer: KeyServer;
let verifier: Verifier;
let token: (cnf: unknown) => Promise<string>;
let bound: string;

beforeAll(async () => {
  const key = await makeKey('published');
  issuer = await startKeyServer([key], () => now);
  verifier = createVerifier({ issuer: issuer.issuer, resource, now: () => now });
  token = (cnf) => makeToken(key, issuer.issuer, now, { claims: { cnf } });
  bound = await token({ 'x5t#S256': x5t });
});
afterAll(() => issuer.close());

const routeEvents = fc
  .record({
    certificate: fc.constantFrom(own, other, undefined, '', 'own'),
    headers: fc.dictionary(
      fc.constantFrom('x-client-cert', 'x-amzn-mtls-clientcert', 'client-cert', 'x-forwarded-client-cert'),
      fc.oneof(hostile, fc.constant(encodeURIComponent(own ?? ''))),
    ),
  })
  .map(({ certificate, headers }): GatewayEvent & { readonly routeKey: string } => ({
    ...anEvent({
      ...{ path: '/mcp', headers: { ...headers, authorization: `Bearer ${bound}` } },
      ...(certificate !== undefined && { certificate }),
    }),
    routeKey: route,
  }));

const isOwn = ({ requestContext: { authentication } }: GatewayEvent): boolean =>
  authentication?.clientCert.clientCertPem === own;

describe('a token that is bound to a certificate', () => {
  it('passes the gate, the authorizer and the middleware with that certificate of the connection alone', async () => {
    const guard = routeGuard({
      verifier,
      scopes: readRouteScopes(JSON.stringify({ [route]: 'tools:read' })),
      audit: () => undefined,
    });
    const gate = gateHandler({
      guard,
      targets: readTargets(JSON.stringify([{ function: 'arn', routes: [route] }])),
      functions: { invoke: () => Promise.resolve({ kind: 'returned', result: { statusCode: 200 } }) },
    });
    const authorizer = authorizerHandler(guard);
    const middleware = middyMiddleware(verifier);
    await fc.assert(
      fc.asyncProperty(routeEvents, async (event) => {
        expect(await gate(event)).toMatchObject({ statusCode: isOwn(event) ? 200 : 401 });
        expect((await authorizer(event)).isAuthorized).toBe(isOwn(event));
        expect((await middleware.before({ event }))?.statusCode).toBe(isOwn(event) ? undefined : 401);
      }),
      runs,
    );
  });

  it('passes no interceptor, for behind a gateway nobody asks for the certificate', async () => {
    const judge = tokenJudge({ issuer: issuer.issuer, now: () => now });
    const intercept = interceptorHandler({ judge, audit: () => undefined });
    const event = {
      mcp: {
        gatewayRequest: {
          ...{ path: '/mcp', httpMethod: 'POST', body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } },
          headers: { Authorization: `Bearer ${bound}` },
        },
      },
    };
    expect(JSON.stringify(await intercept(event, {}))).toContain('"statusCode":401');
  });

  it('is refused where nobody can read what it is bound to', async () => {
    const unread = [
      {},
      { jwk: {} },
      { kid: 'a' },
      { 'x5t#S256': 1 },
      { jkt: 'a', 'x5t#S256': x5t },
      'a',
      null,
      [],
    ];
    for (const cnf of unread) {
      const headers = { authorization: `Bearer ${await token(cnf)}` };
      const { ok } = await verifier.verify({ headers, clientCertificate: own, method: 'GET', url: '/mcp' });
      expect([cnf, ok]).toEqual([cnf, false]);
    }
  });

  it('is recognized in PEM, in DER and in a chain of which it is the first', async () => {
    const headers = { authorization: `Bearer ${bound}` };
    const der = Buffer.from((own ?? '').replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    for (const [clientCertificate, isTaken] of [
      ...([
        [own, true],
        [der, true],
        [`${own}${other}`, true],
      ] as const),
      ...([
        [`${other}${own}`, false],
        [new Uint8Array(), false],
        ['-----BEGIN CERTIFICATE-----', false],
      ] as const),
    ] as const) {
      const { ok } = await verifier.verify({ headers, clientCertificate, method: 'GET', url: '/mcp' });
      expect(ok).toBe(isTaken);
    }
  });
});

it('what is to be bound to a certificate is never issued without one, and never for another', () => {
  const certificates = fc.constantFrom(own, other, undefined).map((pem) => readClientCertificate(pem));
  const possession = fc.constantFrom(
    { ok: true, value: undefined } as const,
    {
      ok: true,
      value: { jkt: 'k', jti: 'j', iat: now },
    } as const,
  );
  fc.assert(
    fc.property(
      fc.boolean(),
      certificates,
      possession,
      fc.constantFrom(x5t, undefined),
      (isBound, certificate, shown, of) => {
        const decided = boundCertificate(
          { certificateBound: isBound },
          { certificate, possession: shown },
          of,
        );
        if (!decided.ok) return;
        if (isBound || of !== undefined) expect(decided.value).toBe(certificate?.thumbprint ?? 'none');
        if (of !== undefined) expect(decided.value).toBe(of);
        if (decided.value !== undefined) expect(shown.value).toBeUndefined();
      },
    ),
  );
});
