import { describe, expect, it } from 'vitest';
import { readJson } from '../../../lambdas/http/json-body.ts';
import { aRequest } from './requests.ts';

function read(body: string | Uint8Array, contentType: string | undefined = 'application/json') {
  return readJson(aRequest({ headers: { 'content-type': contentType }, body: Buffer.from(body) }));
}

describe('a JSON body', () => {
  it('is read, whatever its shape', () => {
    expect(read('{"a":[1,null]}', 'application/json; charset=utf-8')).toEqual({
      ok: true,
      value: { a: [1, null] },
    });
    expect(read('null')).toEqual({ ok: true, value: null });
  });

  it.each([
    ['{"a":', 'application/json', 'json_malformed'],
    ['', 'application/json', 'json_malformed'],
    ['\uFEFF{}', 'application/json', 'json_malformed'],
    ['{}', 'text/plain', 'not_json'],
    ['{}', 'application/jsonp', 'not_json'],
  ])('is refused: %s as %s', (body, contentType, reason) => {
    expect(read(body, contentType)).toEqual({ ok: false, refusal: { reason } });
  });

  it('is refused where it is not UTF-8', () => {
    expect(read(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ ok: false, refusal: { reason: 'not_utf8' } });
  });
});
