import { describe, expect, it } from 'vitest';
import { bodyRefused } from '../../../lambdas/http/body-refusal.ts';
import { parseForm, readForm } from '../../../lambdas/http/form.ts';
import { aForm, aRequest, formType } from './requests.ts';

function values(text: string): unknown {
  const form = readForm(aForm(text));
  return form.ok ? Object.fromEntries(form.value.values) : form.refusal;
}

describe('a form', () => {
  it.each([
    ['grant_type=client_credentials&scope=a+b', { grant_type: 'client_credentials', scope: 'a b' }],
    ['a=%2B%26%3D&b=%C3%A9', { a: '+&=', b: 'é' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=&b=1&c', { b: '1' }],
    ['', {}],
    ['&&a=1&&', { a: '1' }],
    ['=nameless', { '': 'nameless' }],
    ['__proto__=1', { ['__proto__']: '1' }],
  ])('is read: %s', (text, expected) => {
    const form = parseForm(text);
    expect(form.ok ? new Map(form.value.values) : form.refusal).toEqual(new Map(Object.entries(expected)));
  });

  it('keeps every resource and no empty one', () => {
    expect(readForm(aForm('resource=a&resource=&resource=b'))).toEqual({
      ok: true,
      value: { values: new Map(), resources: ['a', 'b'] },
    });
  });

  it.each(['a=1&a=2', 'a=1&a=1', 'a=&a=1', 'a&a', 'a=1&%61=2'])('repeats no other parameter: %s', (text) => {
    expect(values(text)).toEqual({ reason: 'parameter_repeated', name: 'a' });
  });

  it.each(['a=%', 'a=%4', 'a=%zz', '%=1', 'a=%ff', 'a=%C3%28'])(
    'is refused where it is malformed: %s',
    (text) => {
      expect(values(text)).toEqual({ reason: 'form_malformed' });
    },
  );

  it('is refused where it is not UTF-8', () => {
    const request = aRequest({
      headers: { 'content-type': formType },
      body: Uint8Array.of(0x61, 0x3d, 0xff),
    });
    expect(readForm(request)).toEqual({ ok: false, refusal: { reason: 'not_utf8' } });
  });

  it.each([
    undefined,
    '',
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded-not',
    'text/application/x-www-form-urlencoded',
  ])('has its own content type, not %s', (contentType) => {
    const request = aRequest({ headers: { 'content-type': contentType }, body: Buffer.from('a=1') });
    expect(readForm(request)).toEqual({ ok: false, refusal: { reason: 'not_a_form' } });
  });

  it.each([`${formType};charset=UTF-8`, 'Application/X-WWW-Form-Urlencoded ; charset=utf-8'])(
    'may have a content type with parameters: %s',
    (contentType) => {
      expect(readForm(aForm('a=1', contentType)).ok).toBe(true);
    },
  );
});

describe('the answer to an unreadable body', () => {
  it.each([
    [{ reason: 'not_a_form' }, 400],
    [{ reason: 'not_json' }, 415],
    [{ reason: 'not_utf8' }, 400],
    [{ reason: 'form_malformed' }, 400],
    [{ reason: 'json_malformed' }, 400],
    [{ reason: 'parameter_repeated', name: 'scope' }, 400],
  ] as const)('to %j is %i invalid_request', (refusal, status) => {
    const response = bodyRefused(refusal);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ error: 'invalid_request' });
  });

  it.each([
    ['scope', 'scope must not be repeated'],
    ['"><script>', 'a parameter must not be repeated'],
  ])('names a repeated %s only where the name cannot mislead', (name, description) => {
    expect(JSON.parse(bodyRefused({ reason: 'parameter_repeated', name }).body)).toEqual({
      error: 'invalid_request',
      error_description: description,
    });
  });
});
