import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactorOf } from '../../lambdas/egress/proxy/redact.ts';

const secret = fc.string({
  unit: fc.constantFrom(...'abcXYZ019+/=&"<>%~._- :'.split('')),
  minLength: 8,
  maxLength: 60,
});
const around = fc.uint8Array({ maxLength: 20 });

describe('what a third party says', () => {
  it.each([
    ['as it is', (text: string) => text],
    ['in a URL', encodeURIComponent],
    ['in JSON', (text: string) => JSON.stringify(text).slice(1, -1)],
    ['in hexadecimal', (text: string) => Buffer.from(text).toString('hex')],
  ])('holds a secret no more: %s', (_how, write) => {
    fc.assert(
      fc.property(secret, around, around, (held, before, after) => {
        const said = Buffer.concat([before, Buffer.from(write(held)), after]);
        const { bytes, count } = redactorOf([held]).bytes(said);
        expect(Buffer.from(bytes).includes(write(held))).toBe(false);
        expect(count).toBeGreaterThan(0);
      }),
    );
  });

  it('holds a secret no more in base64, wherever it begins', () => {
    fc.assert(
      fc.property(
        secret,
        around,
        around,
        fc.constantFrom('base64', 'base64url'),
        (held, before, after, alphabet) => {
          const said = Buffer.concat([before, Buffer.from(held), after]).toString(alphabet);
          const { text, count } = redactorOf([held]).text(said);
          expect(count).toBeGreaterThan(0);
          expect(text).toContain('[redacted]');
          for (const part of text.split('[redacted]')) {
            expect(Buffer.from(part, alphabet).includes(held)).toBe(false);
          }
        },
      ),
    );
  });

  it('is left as it is where it holds none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (said) => {
        const { bytes, count } = redactorOf(['a-secret-that-nobody-says']).bytes(said);
        expect(count).toBe(0);
        expect(Buffer.from(bytes).equals(Buffer.from(said))).toBe(true);
      }),
    );
  });

  it('is told how often it held one', () => {
    const { text, count } = redactorOf(['gho_0123456789']).text('gho_0123456789 and gho_0123456789');
    expect([text, count]).toEqual(['[redacted] and [redacted]', 2]);
  });
});
