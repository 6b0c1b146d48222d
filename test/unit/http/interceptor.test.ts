import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { interceptorHandler } from '../../../lambdas/http/interceptor.ts';
import { endedName } from '../../../lambdas/resource-server/ended-name.ts';
import { tokenJudge } from '../../../lambdas/resource-server/token-judge.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import {
  type KeyServer,
  makeKey,
  makeToken,
  type SigningKey,
  startKeyServer,
} from '../resource-server/fixture.ts';

const now = 1_800_000_000;
const gatewayArn = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/tools-abc123';
const context = {
  awsRequestId: 'lambda-request',
  clientContext: { custom: { GATEWAY_ARN: gatewayArn, REQUEST_ID: 'request-1', SOURCE_IP: '192.0.2.1' } },
};
const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'list', arguments: {} } };
const encoded = Buffer.from(JSON.stringify(call)).toString('base64');

let key: SigningKey;
let server: KeyServer;
let good: string;
let ended: string;
let audited: AuditEvent[];

beforeAll(async () => {
  key = await makeKey('first');
  server = await startKeyServer([key], () => now);
  good = await makeToken(key, server.issuer, now);
  ended = await makeToken(key, server.issuer, now, { claims: { jti: 'ended' } });
  server.ends = { tokens: await endedName('jti', 'ended'), principals: {} };
});
afterAll(() => server.close());

type Output = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

async function intercept(event: unknown, by: unknown = context): Promise<Output> {
  audited = [];
  const judge = tokenJudge({ issuer: server.issuer, now: () => now });
  const handler = interceptorHandler({ judge, audit: (line) => audited.push(line) });
  return (await handler(event, by)) as Output;
}

/** Events as AgentCore Gateway makes them with `passRequestHeaders`. */
function mcp(headers: unknown, more: object = {}): object {
  const gatewayRequest = { path: '/mcp', httpMethod: 'POST', headers, body: call, ...more };
  return {
    interceptorInputVersion: '1.0',
    mcp: { rawGatewayRequest: { body: JSON.stringify(call) }, gatewayRequest },
  };
}

function http(headers: unknown): object {
  const gatewayRequest = { path: '/analyst/invocations', method: 'POST', headers, body: encoded };
  return { interceptorInputVersion: '1.0', http: { gatewayRequest } };
}

const bearer = (token: string): object => ({ Authorization: `Bearer ${token}`, Accept: 'application/json' });

describe('a request with a good token', () => {
  it('goes on to its MCP target as it came, and none of its headers with it', async () => {
    expect(await intercept(mcp(bearer(good)))).toEqual({
      ...{ interceptorOutputVersion: '1.0', mcp: { transformedGatewayRequest: { body: call } } },
    });
    expect(audited).toEqual([
      {
        ...{ event: 'call_admitted', requestId: 'request-1', sourceAddress: '192.0.2.1' },
        ...{ resource: gatewayArn, route: 'POST /mcp' },
        ...{ clientId: 'planner-client', agentId: 'planner', jti: 'one' },
      },
    ]);
  });

  it('goes on to its HTTP target in base64', async () => {
    expect(await intercept(http(bearer(good)))).toEqual({
      ...{ interceptorOutputVersion: '1.0', http: { transformedGatewayRequest: { body: encoded } } },
    });
  });

  it('is for whatever audience the gateway takes, and in whatever case its header is written', async () => {
    const token = await makeToken(key, server.issuer, now, {
      claims: { aud: 'https://gateway.example/mcp' },
    });
    expect((await intercept(mcp({ authorization: `bearer ${token}` })))['mcp']).toHaveProperty(
      'transformedGatewayRequest',
    );
  });
});

describe('a request with a token that its issuer ended', () => {
  const challenge =
    'Bearer error="invalid_token", error_description="The access token was ended before its expiry", ' +
    'resource_metadata="https://tools-abc123.gateway.bedrock-agentcore.us-east-1.amazonaws.com/.well-known/oauth-protected-resource"';

  it('is answered for its MCP target with a challenge and a JSON-RPC error', async () => {
    const output = await intercept(mcp(bearer(ended)));
    expect(output).toEqual({
      interceptorOutputVersion: '1.0',
      mcp: {
        transformedGatewayResponse: {
          statusCode: 401,
          headers: expect.objectContaining({ 'www-authenticate': challenge }) as unknown,
          body: {
            ...{ jsonrpc: '2.0', id: 7 },
            error: {
              code: -32001,
              message: 'invalid_token: The access token was ended before its expiry',
              data: {
                ...{
                  error: 'invalid_token',
                  error_description: 'The access token was ended before its expiry',
                },
              },
            },
          },
        },
      },
    });
    expect(audited).toMatchObject([{ event: 'call_refused', status: 401, reason: 'invalid_token' }]);
    expect(JSON.stringify([output, audited])).not.toContain(ended.slice(-20));
  });

  it('is answered for its HTTP target with the OAuth error in base64', async () => {
    const { transformedGatewayResponse: response } = (await intercept(http(bearer(ended))))['http']!;
    expect(response).toMatchObject({
      ...{ statusCode: 401, contentType: 'application/json', headers: { 'www-authenticate': challenge } },
    });
    expect(JSON.parse(Buffer.from(String(response!['body']), 'base64').toString())).toEqual({
      ...{ error: 'invalid_token', error_description: 'The access token was ended before its expiry' },
    });
  });
});

describe('a request that is not understood', () => {
  const statusOf = async (event: unknown, by?: unknown): Promise<unknown> => {
    const output = await intercept(event, by);
    expect(
      output['mcp']?.['transformedGatewayRequest'] ?? output['http']?.['transformedGatewayRequest'],
    ).toBe(undefined);
    return (output['mcp'] ?? output['http'])?.['transformedGatewayResponse']?.['statusCode'];
  };

  it.each([
    ['without headers, as without passRequestHeaders', () => mcp(undefined), 401],
    ['without a token', () => mcp({ Accept: '*/*' }), 401],
    ['with a token of somebody else', () => mcp(bearer(`${good.slice(0, -8)}AAAAAAAA`)), 401],
    ['with two tokens', () => mcp({ Authorization: `Bearer ${good}`, authorization: `Bearer ${good}` }), 400],
    ['with a list of tokens', () => mcp({ Authorization: [`Bearer ${good}`] }), 400],
    ['with its token in the path', () => mcp({}, { path: `/mcp?access_token=${good}` }), 400],
    ['of both kinds at once', () => ({ ...mcp(bearer(good)), ...http(bearer(good)) }), 400],
    ['of no kind', () => ({ interceptorInputVersion: '1.0' }), 400],
    ['without a request', () => ({ mcp: { gatewayRequest: null } }), 400],
    ['that is a list', () => [mcp(bearer(good))], 400],
    ['that is nothing', () => undefined, 400],
  ])('is refused: one %s', async (_, event, status) => {
    expect(await statusOf(event())).toBe(status);
    expect(await statusOf(event(), undefined)).toBe(status);
    expect(audited).toHaveLength(1);
    expect(JSON.stringify(audited)).not.toContain(good.slice(-20));
  });

  it('is refused in the form of an HTTP target where it looks like one', async () => {
    expect(await intercept({ http: 'nonsense' })).toHaveProperty(
      'http.transformedGatewayResponse.statusCode',
      400,
    );
  });
});

describe('a request that nobody can judge', () => {
  it('is answered 503 with Retry-After while the feed of ends cannot be had', async () => {
    server.endsStatus = 503;
    const output = await intercept(mcp(bearer(good)));
    server.endsStatus = 200;
    expect(output['mcp']!['transformedGatewayResponse']).toMatchObject({
      ...{ statusCode: 503, headers: { 'retry-after': '5' } },
      body: { id: 7, error: { code: -32000, data: { error: 'temporarily_unavailable' } } },
    });
  });

  it('is answered 500 where the interceptor itself fails, and does not pass', async () => {
    const broken = interceptorHandler({
      ...{ judge: () => Promise.reject(new Error('broken')), audit: () => undefined },
    });
    expect(await broken(mcp(bearer(good)), context)).toHaveProperty(
      'mcp.transformedGatewayResponse.statusCode',
      500,
    );
  });
});

describe('a token that is bound to a key', () => {
  it.each(['Bearer', 'DPoP'])(
    'is refused as %s, for nothing behind the gateway takes its proof',
    async (scheme) => {
      const bound = await makeToken(key, server.issuer, now, { claims: { cnf: { jkt: 'a'.repeat(43) } } });
      const output = await intercept(mcp({ Authorization: `${scheme} ${bound}` }));
      expect(output['mcp']?.['transformedGatewayResponse']?.['statusCode']).toBe(401);
      expect(audited.map(({ event }) => event)).toEqual(['call_refused']);
    },
  );
});
