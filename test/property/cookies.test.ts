import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cookiesOf, parseCookies } from '../../lambdas/http/cookies.ts';
import { aRequest } from '../unit/http/requests.ts';
import { hostile, oneOf, runs } from './arbitraries.ts';

const name = fc.string({ unit: oneOf('ab_-'), minLength: 1, maxLength: 2 });
const value = fc.string({ unit: oneOf('Aa0_.~-='), maxLength: 8 });
const pairs = fc.array(fc.tuple(name, value), { maxLength: 6 });

describe('the reader of cookies', () => {
  it('yields what was sent, and nothing of a name that was sent twice', () => {
    fc.assert(
      fc.property(pairs, (sent) => {
        const once = sent.filter(([own]) => sent.filter(([other]) => other === own).length === 1);
        expect([...parseCookies(sent.map(([own, text]) => `${own}=${text}`))]).toEqual(once);
      }),
      runs,
    );
  });

  it('reads the same however the header was cut', () => {
    fc.assert(
      fc.property(pairs, (sent) => {
        const lines = sent.map(([own, text]) => `${own}=${text}`);
        expect(parseCookies([lines.join('; ')])).toEqual(parseCookies(lines));
        expect(parseCookies([lines.join(';')])).toEqual(parseCookies(lines));
      }),
      runs,
    );
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(fc.array(hostile), (lines) => {
        expect(() => parseCookies(lines)).not.toThrow();
      }),
      runs,
    );
  });
});

describe('a cookie of ours', () => {
  const kept = (issuer: string) => cookiesOf(issuer).keep('browser', 'x.Y-z_1', 600);

  it('is of this host and of https alone, and no script reads it', () => {
    expect(kept('https://auth.example.com')).toBe(
      '__Host-vestibule-browser=x.Y-z_1; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('does without https where the issuer is without', () => {
    expect(kept('http://localhost:9400')).toBe(
      'vestibule-browser=x.Y-z_1; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  it('is forgotten with the attributes it was kept with', () => {
    expect(cookiesOf('https://auth.example.com').forget('session')).toBe(
      '__Host-vestibule-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('holds nothing that could end it early', () => {
    for (const text of ['', 'a;b', 'a b', 'a,b', 'a\r\nb', 'ä', '"a"']) {
      expect(() => cookiesOf('https://auth.example.com').keep('browser', text, 1)).toThrow();
    }
  });

  it('is read by its name, and under https by no other', () => {
    const cookies = new Map([['vestibule-browser', 'tossed']]);
    expect(cookiesOf('https://auth.example.com').read(aRequest({ cookies }), 'browser')).toBeUndefined();
    expect(cookiesOf('http://localhost:9400').read(aRequest({ cookies }), 'browser')).toBe('tossed');
  });
});
