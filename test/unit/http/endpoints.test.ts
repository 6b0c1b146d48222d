import { describe, expect, it } from 'vitest';
import { authorizationHttpEndpoint } from '../../../lambdas/http/authorization-endpoint.ts';
import { discoveryEndpoint } from '../../../lambdas/http/discovery-endpoint.ts';
import type { HttpResponse } from '../../../lambdas/http/message.ts';
import { tokenHttpEndpoint } from '../../../lambdas/http/token-endpoint.ts';
import { anIssuer } from '../oauth/an-issuer.ts';
import { aKeyRing, aResource, aSigningKey, issuer, now, theSecret } from '../oauth/mothers.ts';
import { aForm, aRequest } from './requests.ts';

const clock = () => now;
const body = (response: HttpResponse) => JSON.parse(response.body) as Readonly<Record<string, unknown>>;
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

describe('/token', () => {
  const endpoint = tokenHttpEndpoint(anIssuer().requestToken, clock);
  const post = (form: string, authorization?: string) => {
    const request = aForm(form);
    return endpoint({ ...request, headers: { ...request.headers, ...(authorization && { authorization }) } });
  };

  it.each([
    ['by HTTP Basic', 'grant_type=client_credentials', basic('planner-client', theSecret)],
    [
      'by post',
      `grant_type=client_credentials&client_id=planner-client&client_secret=${theSecret}`,
      undefined,
    ],
  ])('answers a machine that authenticates %s', async (_what, form, authorization) => {
    const response = await post(form, authorization);
    expect(response).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store', pragma: 'no-cache', 'content-type': 'application/json' },
    });
    expect(body(response)).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as unknown,
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'tools:read',
    });
  });

  it('challenges a client that tried the Authorization header, and no other', async () => {
    const tried = await post('grant_type=client_credentials', basic('planner-client', 'wrong'));
    expect(tried).toMatchObject({
      status: 401,
      headers: {
        'www-authenticate': 'Basic realm="vestibule", charset="UTF-8"',
        'cache-control': 'no-store',
      },
    });
    const posted = await post('grant_type=client_credentials&client_id=planner-client&client_secret=wrong');
    expect(posted.status).toBe(401);
    expect(posted.headers).not.toHaveProperty('www-authenticate');
    expect(body(posted)).toEqual(body(tried));
  });

  it('gives no challenge beside another error', async () => {
    const response = await post('grant_type=password', basic('planner-client', theSecret));
    expect(response.status).toBe(400);
    expect(response.headers).not.toHaveProperty('www-authenticate');
  });

  it('reads nothing from the URL', async () => {
    const request = aForm(`client_id=planner-client&client_secret=${theSecret}`);
    expect(body(await endpoint({ ...request, query: 'grant_type=client_credentials' }))).toMatchObject({
      error: 'invalid_request',
    });
  });

  it('refuses what is no form before it asks who is there', async () => {
    expect(body(await endpoint(aForm('{}', 'application/json')))).toMatchObject({ error: 'invalid_request' });
    expect(await endpoint(aRequest({ method: 'GET' }))).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });
});

describe('the discovery endpoints', () => {
  const endpoint = discoveryEndpoint({
    signingAlgorithm: 'RS256',
    people: true,
    registration: true,
    assertions: [],
    issuer,
    resources: {
      findByUri: (uri) => Promise.resolve(uri === aResource().uri ? aResource() : undefined),
      findById: (id) => Promise.resolve(id === aResource().id ? aResource() : undefined),
    },
    identityProviders: { all: () => Promise.resolve([]) },
    keyRings: { current: () => Promise.resolve(aKeyRing(aSigningKey())) },
    clock,
  });
  const get = (path: string) => endpoint(aRequest({ path }));

  it('serve one document at both well-known URLs', async () => {
    const [oauth, openid] = await Promise.all([
      get('/.well-known/oauth-authorization-server'),
      get('/.well-known/openid-configuration'),
    ]);
    expect(oauth).toEqual(openid);
    expect(oauth).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(body(oauth)).toMatchObject({ issuer });
  });

  it.each([
    ['/.well-known/oauth-authorization-server', 300],
    ['/.well-known/jwks.json', 300],
    ['/.well-known/oauth-protected-resource/demo', 60],
    ['/.well-known/oauth-protected-resource/mcp.example.com/mcp', 60],
  ])('let %s be kept for %i seconds', async (path, seconds) => {
    expect(await get(path)).toMatchObject({
      status: 200,
      headers: { 'cache-control': `public, max-age=${seconds}` },
    });
  });

  it.each([
    '/',
    '/.well-known/oauth-authorization-server/tenant',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/unknown',
    '/.well-known/unknown',
    '/register',
  ])('answer %s with a 404 that nobody keeps', async (path) => {
    const response = await get(path);
    expect(response).toMatchObject({
      status: 404,
      headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
    });
    expect(body(response)).toMatchObject({ error: 'not_found' });
  });

  it('refuse POST', async () => {
    const response = await endpoint(aRequest({ method: 'POST', path: '/.well-known/jwks.json' }));
    expect(response).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });
});

describe('/authorize', () => {
  const endpoint = authorizationHttpEndpoint(
    ({ parameters }) =>
      Promise.resolve({
        reason: parameters.values.has('client_id') ? 'client_not_interactive' : 'client_id_missing',
      }),
    clock,
  );
  const json = { accept: 'application/json' };

  it('tells a person on a page that runs nothing', async () => {
    const query = 'client_id=planner-client&redirect_uri=https%3A%2F%2Fevil.example';
    const response = await endpoint(aRequest({ query, headers: { accept: 'text/html,*/*;q=0.8' } }));
    expect(response.status).toBe(400);
    expect(response.headers).not.toHaveProperty('location');
    expect(response.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
      ) as unknown,
      'x-frame-options': 'DENY',
    });
    expect(response.body).toContain('Nobody can sign in here');
    expect(response.body).not.toContain('<script');
    expect(response.body).not.toContain('evil.example');
  });

  it.each([
    ['GET', 'client_id=planner-client', '', 'unauthorized_client'],
    ['POST', '', 'client_id=planner-client', 'unauthorized_client'],
    ['GET', '', '', 'invalid_request'],
    ['GET', 'client_id=a&client_id=b', '', 'invalid_request'],
    ['GET', 'client_id=%zz', '', 'invalid_request'],
  ])('tells a program as JSON: %s ?%s %s', async (method, query, form, error) => {
    const request = method === 'POST' ? aForm(form) : aRequest({ query });
    const response = await endpoint({ ...request, headers: { ...request.headers, ...json } });
    expect(response.status).toBe(400);
    expect(body(response)).toMatchObject({ error });
  });

  it.each([
    ['a program', 'application/json', 'application/json'],
    ['a person', 'text/html', 'text/html; charset=utf-8'],
  ])('asks %s to wait where too many ask', async (_who, accept, contentType) => {
    const busy = authorizationHttpEndpoint(
      () =>
        Promise.resolve({ reason: 'too_many_requests', of: 'address', perSecond: 1, retryAfterSeconds: 7 }),
      clock,
    );
    const response = await busy(aRequest({ headers: { accept } }));
    expect(response).toMatchObject({
      status: 429,
      headers: { 'retry-after': '7', 'content-type': contentType },
    });
    expect(response.body).toContain('too many requests');
  });

  it('shows a request it cannot read on a page, too', async () => {
    const response = await endpoint(aRequest({ query: '%3Cscript%3E=1&%3Cscript%3E=2' }));
    expect(response.body).toContain('a parameter must not be repeated');
    expect(response.body).not.toContain('script>');
  });

  it('escapes what it writes', async () => {
    const response = await endpoint(aRequest({ requestId: `<b>&"'` }));
    expect(response.body).toContain('&lt;b&gt;&amp;&quot;&#39;');
  });

  it('answers GET and POST alone', async () => {
    expect(await endpoint(aRequest({ method: 'OPTIONS' }))).toMatchObject({ status: 405 });
  });
});
