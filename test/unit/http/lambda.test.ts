import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { lambdaHandler } from '../../../lambdas/http/lambda.ts';
import type { Endpoint, HttpRequest } from '../../../lambdas/http/message.ts';
import { pagesOnFailure } from '../../../lambdas/http/pages-on-failure.ts';
import { readLook } from '../../../lambdas/http/pages/look.ts';
import { json } from '../../../lambdas/http/respond.ts';
import { DependencyUnavailable } from '../../../lambdas/runtime/dependency.ts';
import { capturedLog } from './captured-log.ts';
import { aContext, anEvent } from './requests.ts';

const fine: Endpoint = () => Promise.resolve(json(200, { fine: true }));
/** Libraries throw anything. */
function throwing(error: unknown): Endpoint {
  return () =>
    Promise.resolve().then(() => {
      throw error;
    });
}

/** What an endpoint behind the rim gets to see. */
async function seen(event: ReturnType<typeof anEvent>): Promise<HttpRequest | undefined> {
  let request: HttpRequest | undefined;
  const remember: Endpoint = (received) => {
    request = received;
    return fine(received);
  };
  await lambdaHandler(remember)(event, aContext);
  return request;
}

describe('an event of the HTTP API', () => {
  it('becomes a request, its body decoded', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const event = anEvent({
      method: 'POST',
      path: '/token',
      query: 'a=b&a=c',
      headers,
      cookies: ['a=1', 'b=2'],
      body: 'grant_type=x',
    });
    expect(await seen(event)).toEqual({
      method: 'POST',
      path: '/token',
      query: 'a=b&a=c',
      headers,
      cookies: new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
      body: Buffer.from('grant_type=x'),
      sourceAddress: '192.0.2.1',
      requestId: 'request-1',
    });
  });

  it('is answered with every cookie apart', async () => {
    const answer = { ...json(200, {}), cookies: ['a=1; Path=/', 'b=2; Path=/'] };
    const result = await lambdaHandler(() => Promise.resolve(answer))(anEvent(), aContext);
    expect(result.cookies).toEqual(['a=1; Path=/', 'b=2; Path=/']);
  });

  it('is answered with bytes as they are', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const answer = { status: 200, headers: {}, body: '', bytes };
    const result = await lambdaHandler(() => Promise.resolve(answer))(anEvent(), aContext);
    expect([result.isBase64Encoded, result.body]).toEqual([true, bytes.toString('base64')]);
  });

  it('may be larger where its function says so', async () => {
    const event = anEvent({ method: 'POST', body: Buffer.alloc(65_537) });
    expect((await lambdaHandler(fine)(event, aContext)).statusCode).toBe(413);
    expect((await lambdaHandler(fine, { maximumBodyBytes: 65_537 })(event, aContext)).statusCode).toBe(200);
  });

  it('may carry a body that is plain text', async () => {
    const event = { ...anEvent({ method: 'POST' }), body: '{"é":1}', isBase64Encoded: false };
    expect((await seen(event))?.body).toEqual(Buffer.from('{"é":1}'));
  });

  it('brings the IAM identity that API Gateway verified', async () => {
    const iam = {
      userArn: 'arn:aws:iam::000000000000:user/operator',
      accountId: '000000000000',
      userId: 'x',
    };
    expect((await seen(anEvent({ iam })))?.iam).toEqual({ userArn: iam.userArn, accountId: iam.accountId });
  });

  it.each([{}, { userArn: '', accountId: '000000000000' }, { userArn: 'arn:aws:iam::1:user/a' }])(
    'brings no identity where it is not whole: %j',
    async (iam) => {
      expect(await seen(anEvent({ iam }))).not.toHaveProperty('iam');
    },
  );
});

describe('the rim', () => {
  const cors = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id, DPoP-Nonce',
  };

  it('lets any origin read what is public, and adds nothing to the rest', async () => {
    const [open, closed] = await Promise.all([
      lambdaHandler(fine, { cors: true })(anEvent(), aContext),
      lambdaHandler(fine)(anEvent(), aContext),
    ]);
    expect(open.headers).toMatchObject(cors);
    expect(Object.keys(closed.headers ?? {}).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('answers a preflight without asking the endpoint', async () => {
    const result = await lambdaHandler(throwing(new Error('asked')), { cors: true })(
      anEvent({ method: 'OPTIONS', path: '/anything' }),
      aContext,
    );
    expect(result).toEqual({
      statusCode: 204,
      headers: {
        ...cors,
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
        'access-control-allow-headers':
          'Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, DPoP',
      },
    });
  });

  it('answers HEAD as GET, without the body', async () => {
    const result = await lambdaHandler(fine)(anEvent({ method: 'HEAD' }), aContext);
    expect(result).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: '',
    });
  });

  it.each([
    [65_536, 200],
    [65_537, 413],
  ])('takes a body of %i bytes with %i', async (size, statusCode) => {
    const event = anEvent({ method: 'POST', body: 'a'.repeat(size) });
    const result = await lambdaHandler(fine, { cors: true })(event, aContext);
    expect(result).toMatchObject({ statusCode, headers: cors });
    if (statusCode === 413) expect(JSON.parse(result.body ?? '')).toMatchObject({ error: 'invalid_request' });
  });

  it('answers 503 with Retry-After while a dependency is down', async () => {
    const error = new DependencyUnavailable('KMS', { cause: new Error('throttled'), retryAfterSeconds: 2 });
    const records = await capturedLog(async () => {
      const result = await lambdaHandler(throwing(error), { cors: true })(anEvent(), aContext);
      expect(result).toMatchObject({ statusCode: 503, headers: { ...cors, 'retry-after': '2' } });
      expect(JSON.parse(result.body ?? '')).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'a dependency is unavailable, try again',
      });
    });
    expect(records).toMatchObject([
      { level: 'ERROR', message: 'dependency unavailable', dependency: 'KMS', requestId: 'request-1' },
    ]);
  });

  it.each([new Error('a defect of ours'), 'a thrown text', undefined])(
    'answers 500 for %j, says nothing of it, and logs it once',
    async (error) => {
      const records = await capturedLog(async () => {
        const result = await lambdaHandler(throwing(error), { cors: true })(anEvent(), aContext);
        expect(result).toMatchObject({ statusCode: 500, headers: cors });
        expect(JSON.parse(result.body ?? '')).toEqual({
          error: 'server_error',
          error_description: 'the request failed here, as request-1 in our log',
        });
      });
      expect(records).toMatchObject([{ level: 'ERROR', message: 'defect', requestId: 'request-1' }]);
    },
  );

  it('answers before Lambda ends the function', async () => {
    const never: Endpoint = () => new Promise(() => undefined);
    const almostOver = { getRemainingTimeInMillis: () => 260 } as Context;
    await capturedLog(async () => {
      expect(await lambdaHandler(never)(anEvent(), almostOver)).toMatchObject({ statusCode: 503 });
    });
  });

  it.each(['GET', 'POST'])('answers people with a page then, which repeats their %s', async (method) => {
    const never: Endpoint = () => new Promise(() => undefined);
    const almostOver = { getRemainingTimeInMillis: () => 260 } as Context;
    const options = { onFailure: pagesOnFailure(readLook('{}')) };
    const headers = { accept: 'text/html' };
    const event = { method, path: '/consent', ...(method === 'POST' && { body: 'decision=allow' }) };
    await capturedLog(async () => {
      const page = await lambdaHandler(never, options)(anEvent({ ...event, headers }), almostOver);
      expect(page).toMatchObject({
        statusCode: 503,
        headers: {
          'content-type': expect.stringContaining('text/html') as string,
          'retry-after': '1',
          'x-content-type-options': 'nosniff',
        },
      });
      expect(page.body).toContain('Try again');
      expect(page.body?.includes('name="decision" value="allow"')).toBe(method === 'POST');
      const program = await lambdaHandler(never, options)(anEvent(event), almostOver);
      expect(JSON.parse(program.body ?? '')).toHaveProperty('error', 'temporarily_unavailable');
    });
  });
});
