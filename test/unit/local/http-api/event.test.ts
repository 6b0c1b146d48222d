import { describe, expect, it } from 'vitest';
import { decodedPath, toEvent, type ReceivedRequest } from '../../../../local/http-api/event.ts';

const request: ReceivedRequest = {
  method: 'POST',
  path: '/a%20b',
  query: 'x=1&x=2&y=%20z',
  headers: {
    host: 'localhost:9400',
    'user-agent': 'agent',
    cookie: 'a=1; b=2',
    'content-type': 'text/plain',
  },
  body: Buffer.from('hello'),
  sourceAddress: '127.0.0.1',
};

interface Event {
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly authorizer?: { readonly iam: object }; readonly time: string };
}

function eventOf(changes: Partial<ReceivedRequest> = {}, caller?: { arn: string }): Event {
  return toEvent({ ...request, ...changes }, '/a b', {
    apiId: 'api1',
    account: '000000000000',
    domainName: 'localhost:9400',
    requestId: 'r-1',
    now: Date.UTC(2026, 10, 21, 3, 45, 21),
    match: {
      route: { key: 'ANY /{p}', integrationId: 'i', authorization: 'NONE' },
      parameters: { p: 'a b' },
    },
    ...(caller === undefined
      ? {}
      : { caller: { ...caller, accessKeyId: 'AK', secretAccessKey: 'never shown' } }),
  }) as Event;
}

describe('events of payload format 2.0', () => {
  it('has the path decoded, the query as sent, repeated names joined and cookies apart', () => {
    expect(eventOf()).toEqual({
      version: '2.0',
      routeKey: 'ANY /{p}',
      rawPath: '/a b',
      rawQueryString: 'x=1&x=2&y=%20z',
      cookies: ['a=1', 'b=2'],
      headers: { host: 'localhost:9400', 'user-agent': 'agent', 'content-type': 'text/plain' },
      queryStringParameters: { x: '1,2', y: ' z' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'api1',
        domainName: 'localhost:9400',
        domainPrefix: 'localhost',
        http: {
          method: 'POST',
          path: '/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'agent',
        },
        requestId: 'r-1',
        routeKey: 'ANY /{p}',
        stage: '$default',
        time: '21/Nov/2026:03:45:21 +0000',
        timeEpoch: Date.UTC(2026, 10, 21, 3, 45, 21),
      },
      pathParameters: { p: 'a b' },
      body: 'hello',
      isBase64Encoded: false,
    });
  });

  it.each(['application/x-www-form-urlencoded', 'application/octet-stream', ''])(
    'carries a body of type "%s" in base64',
    (type) => {
      const event = eventOf({ headers: { 'content-type': type }, body: Buffer.from('a=1') });
      expect(event).toMatchObject({ body: 'YT0x', isBase64Encoded: true });
    },
  );

  it.each(['application/json; charset=utf-8', 'TEXT/HTML', 'application/problem+json'])(
    'carries a body of type "%s" as text',
    (type) => {
      const event = eventOf({ headers: { 'content-type': type }, body: Buffer.from('{"é":1}') });
      expect(event).toMatchObject({ body: '{"é":1}', isBase64Encoded: false });
    },
  );

  it('has no body, cookies or parameters where the request has none', () => {
    const event = eventOf({ headers: {}, query: '', body: Buffer.alloc(0) });
    expect(Object.keys(event)).not.toEqual(expect.arrayContaining(['body']));
    expect(event).not.toHaveProperty('cookies');
    expect(event).not.toHaveProperty('queryStringParameters');
    expect(event.isBase64Encoded).toBe(false);
  });

  it('says who signed, and never with what', () => {
    const event = eventOf({}, { arn: 'arn:aws:iam::000000000000:user/operator' });
    expect(event.requestContext.authorizer?.iam).toMatchObject({
      userArn: 'arn:aws:iam::000000000000:user/operator',
      accessKey: 'AK',
      accountId: '000000000000',
    });
    expect(JSON.stringify(event)).not.toContain('never shown');
  });
});

describe('the path of a request', () => {
  it('is decoded once, slashes too', () => {
    expect(decodedPath('/a%2Fb%252F')).toBe('/a/b%2F');
  });

  it('is refused when it is not percent-encoded UTF-8', () => {
    expect(decodedPath('/%E0%A4%A')).toBeUndefined();
  });
});
