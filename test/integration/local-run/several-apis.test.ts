import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResourceDefinition } from '../../../local/cloudformation/template.ts';
import { startRun, type LocalRun } from '../../../local/run.ts';
import { apiResources, functionResources, writeAssembly } from './fixture.ts';

const echo = `exports.handler = async (event) => ({ statusCode: 200, body: JSON.stringify(event) });`;
const guard = `
exports.handler = async (event) => {
  const [identity] = event.identitySource;
  if (identity === 'throw') throw new Error('a defect');
  if (identity === 'odd') return { allowed: true };
  return { isAuthorized: identity === 'yes', context: { event, many: ['a', 'b'] } };
};`;
const caller = `
const { LambdaClient, InvokeCommand } = require('@aws-sdk/client-lambda');
const client = new LambdaClient({ maxAttempts: 1 });
exports.handler = async ({ rawQueryString }) => {
  const FunctionName = process.env[rawQueryString];
  try {
    const { FunctionError, Payload, StatusCode } = await client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify({ identitySource: ['throw'] }) }),
    );
    return { FunctionError, StatusCode, payload: JSON.parse(Buffer.from(Payload).toString()) };
  } catch (error) {
    return { name: error.name, status: error.$metadata.httpStatusCode };
  }
};`;

let issuer: Server;
let issuerUrl: string;
let run: LocalRun;
let keys: { readonly rsa: CryptoKey; readonly ec: CryptoKey };
let keyRequests = 0;

beforeAll(async () => {
  const [rsa, ec] = [await generateKeyPair('RS256'), await generateKeyPair('ES256')];
  keys = { rsa: rsa.privateKey, ec: ec.privateKey };
  await startIssuer([
    { ...(await exportJWK(rsa.publicKey)), kid: 'rsa', alg: 'RS256' },
    { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' },
  ]);
  const arn = (id: string): { 'Fn::GetAtt': string[] } => ({ 'Fn::GetAtt': [`${id}Function`, 'Arn'] });
  const assemblyDirectory = writeAssembly({
    resources: {
      ...functionResources('Echo', 'echo'),
      ...functionResources('Guard', 'guard'),
      ...functionResources('Other', 'echo'),
      ...functionResources('Caller', 'caller', {
        environment: { ECHO: arn('Echo'), GUARD: { Ref: 'GuardFunction' }, OTHER: arn('Other') },
        statements: [
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: [arn('Echo'), arn('Guard')] },
        ],
      }),
      ...apiResources({ 'ANY /first': { function: 'Echo' }, 'ANY /call': { function: 'Caller' } }),
      ...secondApi(),
    },
    code: { echo, guard, caller },
    outputs: { Second: { Value: { 'Fn::GetAtt': ['Second', 'ApiEndpoint'] } } },
  });
  run = await startRun({ assemblyDirectory, port: 0, log: () => undefined });
});

afterAll(async () => {
  await run.stop();
  issuer.close();
  issuer.closeAllConnections();
});

async function startIssuer(published: readonly JWK[]): Promise<void> {
  issuer = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` },
      '/jwks': { keys: published },
      '/document?a=1': { seen: request.headers['x-sent'] ?? null, host: request.headers.host },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document === undefined ? 404 : 200, {
      'content-type': 'application/json',
      'x-own': '1',
    });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
}

/** A second API, with an authorizer of each kind and an integration that is no function. */
function secondApi(): Readonly<Record<string, ResourceDefinition>> {
  const api = { Ref: 'Second' };
  const uri =
    'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${GuardFunction.Arn}/invocations';
  const authorizer = (properties: object): ResourceDefinition => ({
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: { ApiId: api, IdentitySource: ['$request.header.Authorization'], Name: 'a', ...properties },
  });
  const functionAuthorizer = {
    AuthorizerPayloadFormatVersion: '2.0',
    AuthorizerResultTtlInSeconds: 0,
    AuthorizerType: 'REQUEST',
    AuthorizerUri: { 'Fn::Sub': uri },
    EnableSimpleResponses: true,
  };
  const integration = (properties: object): ResourceDefinition => ({
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: { ApiId: api, ...properties },
  });
  const route = (key: string, target: string, properties: object = {}): ResourceDefinition => ({
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: api,
      RouteKey: key,
      Target: { 'Fn::Sub': `integrations/\${${target}}` },
      ...properties,
    },
  });
  const permission = (target: string, source: string): ResourceDefinition => ({
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      FunctionName: { 'Fn::GetAtt': [target, 'Arn'] },
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Sub': `arn:aws:execute-api:us-east-1:\${AWS::AccountId}:\${Second}/${source}` },
    },
  });
  return {
    Second: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'second', ProtocolType: 'HTTP' } },
    Guarded: authorizer(functionAuthorizer),
    Unpermitted: authorizer(functionAuthorizer),
    Native: authorizer({
      AuthorizerType: 'JWT',
      JwtConfiguration: { Issuer: issuerUrl, Audience: ['orders'] },
    }),
    ToEcho: integration({
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['EchoFunction', 'Arn'] },
      PayloadFormatVersion: '2.0',
    }),
    ToUrl: integration({
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: `${issuerUrl}/document`,
      PayloadFormatVersion: '1.0',
    }),
    Nowhere: integration({
      IntegrationType: 'HTTP_PROXY',
      IntegrationMethod: 'ANY',
      IntegrationUri: 'http://127.0.0.1:9/',
      PayloadFormatVersion: '1.0',
    }),
    RouteGuarded: route('ANY /guarded', 'ToEcho', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Guarded' },
    }),
    RouteUnpermitted: route('ANY /unpermitted', 'ToEcho', {
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Unpermitted' },
    }),
    RouteNative: route('ANY /native', 'ToEcho', {
      AuthorizationType: 'JWT',
      AuthorizerId: { Ref: 'Native' },
      AuthorizationScopes: ['read', 'write'],
    }),
    RouteUrl: route('ANY /url', 'ToUrl'),
    RouteNowhere: route('ANY /nowhere', 'Nowhere'),
    MayEcho: permission('EchoFunction', '*/*'),
    MayGuard: permission('GuardFunction', 'authorizers/${Guarded}'),
  };
}

interface Answer {
  readonly status: number;
  readonly challenge: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(path: string, authorization?: string): Promise<Answer> {
  const response = await fetch(`${run.outputs['Second'] ?? ''}${path}`, {
    headers: { ...(authorization === undefined ? {} : { authorization }), 'x-sent': 'yes' },
  });
  const body = (await response.json()) as Answer['body'];
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body };
}

describe('a template of several HTTP APIs', () => {
  it('serves each at an origin of its own', async () => {
    expect(run.outputs['Second']).not.toBe(run.issuer);
    expect((await fetch(`${run.issuer}/first`)).status).toBe(200);
    expect((await fetch(`${run.issuer}/guarded`)).status).toBe(404);
    expect((await ask('/first')).status).toBe(404);
  });

  it('hands a request on to a URL, and its answer back', async () => {
    const response = await fetch(`${run.outputs['Second'] ?? ''}/url?a=1`, { headers: { 'x-sent': 'yes' } });
    expect(response.headers.get('x-own')).toBe('1');
    expect(await response.json()).toEqual({ seen: 'yes', host: issuerUrl.slice('http://'.length) });
    expect((await ask('/url')).status).toBe(404);
    expect(await ask('/nowhere')).toMatchObject({ status: 503, body: { message: 'Service Unavailable' } });
  });
});

describe('a Lambda authorizer', () => {
  it('lets pass, and tells the function what it found out', async () => {
    const { status, body } = await ask('/guarded', 'yes');
    expect(status).toBe(200);
    const { authorizer } = body['requestContext'] as { authorizer: { lambda: Record<string, unknown> } };
    expect(authorizer.lambda['many']).toEqual(['a', 'b']);
    expect(authorizer.lambda['event']).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      identitySource: ['yes'],
      routeKey: 'ANY /guarded',
      routeArn: expect.stringMatching(
        /^arn:aws:execute-api:us-east-1:\d+:\w+\/\$default\/GET\/guarded$/,
      ) as string,
    });
  });

  it('denies with 403 and no challenge, and is not asked without its identity source: 401', async () => {
    expect(await ask('/guarded', 'no')).toEqual({
      status: 403,
      challenge: null,
      body: { message: 'Forbidden' },
    });
    expect(await ask('/guarded')).toEqual({
      status: 401,
      challenge: null,
      body: { message: 'Unauthorized' },
    });
  });

  it('that fails, answers nonsense or may not be invoked is 500', async () => {
    for (const [path, identity] of [
      ['/guarded', 'throw'],
      ['/guarded', 'odd'],
      ['/unpermitted', 'yes'],
    ] as const) {
      expect((await ask(path, identity)).status).toBe(500);
    }
  });
});

describe('the JWT authorizer that an HTTP API has built in', () => {
  const token = (claims: object, kid: 'rsa' | 'ec' = 'rsa'): Promise<string> => {
    const now = Math.floor(run.clock.now() / 1000);
    return new SignJWT({ iss: issuerUrl, aud: 'orders', exp: now + 60, scope: 'read other', ...claims })
      .setProtectedHeader({ alg: kid === 'rsa' ? 'RS256' : 'ES256', kid })
      .sign(keys[kid]);
  };

  it('lets pass a token of its audience with any of the scopes, and hands the claims on as text', async () => {
    const { status, body } = await ask('/native', `Bearer ${await token({ act: { sub: 'x' }, n: 1 })}`);
    expect(status).toBe(200);
    const { authorizer } = body['requestContext'] as { authorizer: object };
    expect(authorizer).toMatchObject({
      jwt: { claims: { aud: 'orders', n: '1', act: '{"sub":"x"}' }, scopes: ['read', 'other'] },
    });
    const withoutAudience = await token({ aud: undefined, client_id: 'orders' });
    expect((await ask('/native', `Bearer ${withoutAudience}`)).status).toBe(200);
  });

  it('answers 401 and says why, and only Bearer where there is no token', async () => {
    expect(await ask('/native')).toEqual({
      status: 401,
      challenge: 'Bearer',
      body: { message: 'Unauthorized' },
    });
    const foreign = await ask('/native', `Bearer ${await token({ aud: 'other' })}`);
    expect(foreign.challenge).toBe(
      'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
    );
    const expired = await ask('/native', `Bearer ${await token({ exp: 1 })}`);
    expect(expired.challenge).toContain('the token has expired');
    for (const bad of [await token({ iss: 'https://other' }), await token({}, 'ec'), 'not-a-token']) {
      expect((await ask('/native', `Bearer ${bad}`)).status).toBe(401);
    }
  });

  it('answers 403 to a token of other scopes', async () => {
    expect(await ask('/native', `Bearer ${await token({ scope: 'other' })}`)).toEqual({
      status: 403,
      challenge: null,
      body: { message: 'Forbidden' },
    });
  });

  it('keeps the keys for two hours', async () => {
    expect(keyRequests).toBe(1);
    run.clock.advance(2 * 60 * 60);
    expect((await ask('/native', `Bearer ${await token({})}`)).status).toBe(200);
    expect(keyRequests).toBe(2);
  });
});

describe('a function that invokes another', () => {
  const call = async (name: string): Promise<unknown> => (await fetch(`${run.issuer}/call?${name}`)).json();

  it('gets its answer, by ARN', async () => {
    expect(await call('ECHO')).toMatchObject({ StatusCode: 200, payload: { statusCode: 200 } });
  });

  it('is told that it failed, by name', async () => {
    expect(await call('GUARD')).toEqual({
      FunctionError: 'Unhandled',
      StatusCode: 200,
      payload: expect.objectContaining({ errorType: 'Error', errorMessage: 'a defect' }) as object,
    });
  });

  it('needs the permission of its role', async () => {
    expect(await call('OTHER')).toEqual({ name: 'AccessDeniedException', status: 403 });
  });

  it('may be throttled, and may find nothing', async () => {
    run.cloud.faults.add('lambda:Invoke=throttle@1');
    expect(await call('ECHO')).toEqual({ name: 'TooManyRequestsException', status: 429 });
    run.cloud.faults.clear();
    expect(await call('ECHO')).toMatchObject({ StatusCode: 200 });
  });
});
