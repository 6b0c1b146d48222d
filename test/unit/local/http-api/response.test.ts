import { describe, expect, it } from 'vitest';
import { toResponse } from '../../../../local/http-api/response.ts';

const from = (result: unknown): ReturnType<typeof toResponse> => toResponse(JSON.stringify(result));

describe('responses of payload format 2.0', () => {
  it('maps status, headers, cookies and body', () => {
    const result = {
      statusCode: 401,
      headers: { 'WWW-Authenticate': 'Bearer', 'X-N': 1 },
      cookies: ['a=1', 'b=2'],
      body: 'no',
    };
    expect(from(result)).toEqual({
      status: 401,
      headers: {
        'content-type': 'text/plain;charset=UTF-8',
        'www-authenticate': 'Bearer',
        'x-n': '1',
        'set-cookie': ['a=1', 'b=2'],
      },
      body: Buffer.from('no'),
    });
  });

  it('decodes a base64 body', () => {
    expect(from({ statusCode: 200, body: 'AAE=', isBase64Encoded: true })?.body).toEqual(Buffer.from([0, 1]));
  });

  it('takes a result without a status as the JSON of a 200', () => {
    expect(from({ hello: 1 })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
    });
    expect(from('text')?.body.toString()).toBe('"text"');
  });

  it('leaves the connection to the gateway', () => {
    const headers = from({
      statusCode: 200,
      headers: { Connection: 'close', 'Content-Length': '9' },
    })?.headers;
    expect(headers).toEqual({ 'content-type': 'text/plain;charset=UTF-8' });
  });

  it.each([{ statusCode: 'x' }, { statusCode: 99 }, { statusCode: 200, body: { not: 'text' } }])(
    'makes nothing of %j',
    (result) => {
      expect(from(result)).toBeUndefined();
    },
  );
});
