import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifies } from '../spec/verifies.ts';
import { bodySatisfies, readCallBody } from '../../lambdas/egress/proxy/call-body.ts';
import { type Json, readJsonText } from '../../lambdas/egress/proxy/json-text.ts';
import type { BodyRule } from '../../lambdas/ports/egress-providers.ts';

function plain(value: Json): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Map)
    return [...(value as ReadonlyMap<string, Json>)].map(([name, member]) => [name, plain(member)]);
  if (Array.isArray(value)) return { items: (value as readonly Json[]).map(plain) };
  return Number((value as { readonly digits: string }).digits);
}

function expected(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return { items: value.map(expected) };
  return Object.entries(value).map(([name, member]) => [name, expected(member)]);
}

describe('JSON', () => {
  it('is read as everybody reads it', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 2), (text, indent) => {
        const again = JSON.stringify(JSON.parse(text), null, indent);
        const read = readJsonText(again);
        if (!read.ok) throw new Error(read.refusal);
        expect(plain(read.value)).toEqual(expected(JSON.parse(again)));
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, and is refused where it is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ 1e-tu'.split('')) }), (text) => {
        const isJson = ((): boolean => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        })();
        const read = readJsonText(text);
        if (!isJson) expect(read.ok).toBe(false);
        if (isJson && !read.ok) expect(read.refusal).toBe('member_repeated');
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['{"a":1,"a":2}', 'member_repeated'],
    [String.raw`{"a":1,"\u0061":2}`, 'member_repeated'],
    ['{"b":[{"a":{}},{"x":1,"a":1,"a":1}]}', 'member_repeated'],
    ['['.repeat(65) + ']'.repeat(65), 'too_deep'],
    ['{"a":1} {"a":2}', 'not_json'],
    ['\u{feff}{}', 'not_json'],
  ])('is refused: %s', (text, why) => {
    expect(readJsonText(text)).toEqual({ ok: false, refusal: why });
  });
});

function isAllowed(
  rules: readonly BodyRule[],
  body: string,
  query = '',
  type = 'application/json',
): boolean | string {
  const read = readCallBody(type, Buffer.from(body));
  return read.ok ? bodySatisfies(rules, read.value, query) : read.refusal.reason;
}

describe('a rule about a body', () => {
  const toGeneral: readonly BodyRule[] = [{ pointer: '/channel', oneOf: ['general', 7, true] }];
  const withoutForce: readonly BodyRule[] = [{ pointer: '/options/force', absent: true }];
  const reading: readonly BodyRule[] = [{ graphql: 'query' }];

  it.each([
    [toGeneral, '{"channel":"general"}', true],
    [toGeneral, '{"channel":7}', true],
    [toGeneral, '{"channel":true}', true],
    [toGeneral, '{"channel":"7"}', false],
    [toGeneral, '{"channel":7.0}', false],
    [toGeneral, '{"channel":"other"}', false],
    [toGeneral, '{"channel":["general"]}', false],
    [toGeneral, '{"Channel":"general"}', false],
    [toGeneral, '{"channel":"general","Channel":"other"}', false],
    [toGeneral, '{"channel":"general","channel":"other"}', 'body_unreadable'],
    [toGeneral, '[{"channel":"general"}]', false],
    [toGeneral, '', false],
    [withoutForce, '{"options":{}}', true],
    [withoutForce, '', true],
    [withoutForce, '{"options":{"force":false}}', false],
    [withoutForce, '{"Options":{"FORCE":1}}', false],
    [withoutForce, '{"options":[{"force":1}]}', false],
    [reading, '{"query":"{ viewer { id } }"}', true],
    [reading, '{"query":"query A { a }","variables":{"text":"mutation"},"operationName":"A"}', true],
    [reading, '{"query":"mutation { a }"}', false],
    [reading, String.raw`{"query":"\u006dutation { a }"}`, false],
    [reading, '{"query":"subscription { a }"}', false],
    [reading, '[{"query":"{ a }"}]', false],
    [reading, '{"query":"{ a }","extensions":{"persistedQuery":{}}}', false],
    [reading, '{"query":""}', false],
    [reading, '', false],
  ])('%j and %s: %s', (rules, body, allows) => {
    expect(isAllowed(rules, body)).toBe(allows);
  });

  verifies('vestibule:egress-bodies', 'holds for the query of the URL too', () => {
    expect(isAllowed(toGeneral, '{"channel":"general"}', 'as_user=1')).toBe(true);
    expect(isAllowed(toGeneral, '{"channel":"general"}', 'channel=other')).toBe(false);
    expect(isAllowed(toGeneral, '{"channel":"general"}', '%43hannel=other')).toBe(false);
    expect(isAllowed(reading, '{"query":"{ a }"}', 'query=mutation')).toBe(false);
  });

  it('holds for nothing that is no JSON', () => {
    expect(isAllowed(toGeneral, 'channel=general', '', 'application/x-www-form-urlencoded')).toBe(false);
    expect(isAllowed(withoutForce, 'options=1', '', 'text/plain')).toBe(false);
    expect(isAllowed(toGeneral, '{"channel":"general"}', '', 'application/json; charset=utf-7')).toBe(
      'body_unreadable',
    );
  });

  it.each([
    ['application/x-www-form-urlencoded', 'a=1&_method=DELETE'],
    ['application/x-www-form-urlencoded', 'a=1&%5Fmethod=DELETE'],
    ['application/json', '{"_method":"DELETE"}'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\ncontent-disposition: form-data; name="_method"\r\n\r\nDELETE',
    ],
  ])('lets no body say another method: %s', (type, body) => {
    expect(isAllowed([], body, '', type)).toBe('method_overridden');
  });
});
