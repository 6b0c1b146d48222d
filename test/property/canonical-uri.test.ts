import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalResourceUri } from '../../lambdas/oauth/resource/canonical-uri.ts';
import { hostile, oneOf, runs } from './arbitraries.ts';

const segment = fc.string({ unit: oneOf('abAB01-_.~:@%'), minLength: 0, maxLength: 5 });
const host = fc.constantFrom(
  'mcp.example.com',
  'MCP.Example.COM',
  'localhost',
  '127.0.0.1',
  '[::1]',
  '[2001:DB8::1]',
  'a',
);
const written = fc
  .tuple(
    fc.constantFrom('https', 'HTTPS', 'http', 'Http'),
    host,
    fc.constantFrom('', ':443', ':80', ':8443', ':', ':0443'),
    fc.array(segment, { maxLength: 4 }),
    fc.constantFrom('', '/', '//'),
  )
  .map(
    ([scheme, name, port, path, end]) =>
      `${scheme}://${name}${port}${path.map((part) => `/${part}`).join('')}${end}`,
  );

const canonical = (text: string) => {
  const uri = canonicalResourceUri(text, 'loopback');
  return uri.ok ? uri.value : undefined;
};

describe('the canonical form of a resource', () => {
  it('is its own canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(written, hostile), (text) => {
        const once = canonical(text);
        if (once !== undefined) expect(canonical(once)).toBe(once);
      }),
      runs,
    );
  });

  it('does not depend on how scheme and host are written, nor on one slash at the end', () => {
    fc.assert(
      fc.property(host, fc.array(fc.constantFrom('mcp', 'Tools', 'a~b'), { maxLength: 3 }), (name, path) => {
        const tail = path.map((part) => `/${part}`).join('');
        const spellings = [
          `https://${name}${tail}`,
          `HTTPS://${name.toUpperCase()}${tail}`,
          `https://${name}:443${tail}`,
          `https://${name}${tail}/`,
        ];
        expect(new Set(spellings.map(canonical)).size).toBe(1);
      }),
      runs,
    );
  });

  it('is never equal to that of a resource above or below', () => {
    fc.assert(
      fc.property(
        written,
        segment.filter((part) => part !== ''),
        (text, part) => {
          const [above, below] = [canonical(text), canonical(`${text.replace(/\/+$/, '')}/${part}`)];
          if (above === undefined || below === undefined) return;
          expect(below).not.toBe(above);
        },
      ),
      runs,
    );
  });

  it('has no credentials, query or fragment, and is a URL to every parser', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          written,
          hostile,
          hostile.map((text) => `https://${text}`),
        ),
        (text) => {
          const uri = canonical(text);
          if (uri === undefined) return;
          const { username, password, search, hash, href } = new URL(uri);
          expect([username, password, search, hash]).toEqual(['', '', '', '']);
          expect([uri, `${uri}/`]).toContain(href);
        },
      ),
      runs,
    );
  });
});
