import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifies } from '../spec/verifies.ts';
import { matchesPath, parsePath, readCallPath } from '../../lambdas/egress/proxy/call-path.ts';

/** Pieces of which paths that deceive are made. */
const piece = fc.constantFrom(
  ...[
    'a',
    'Z',
    '0',
    '.',
    '..',
    '~',
    '-',
    '_',
    ';',
    ':',
    '@',
    '+',
    '*',
    '**',
    ',',
    'é',
    ' ',
    '\\',
    '\0',
    '\n',
  ],
  ...[
    '%2e',
    '%2E',
    '%2f',
    '%2F',
    '%5c',
    '%252e',
    '%252f',
    '%25252e',
    '%00',
    '%0a',
    '%61',
    '%C3%A9',
    '%c0%ae',
    '%',
  ],
  ...['?', '#', '%3f', '%23', 'repos', 'admin'],
);
const deceiving = fc
  .array(fc.oneof(piece, fc.constant('/')), { maxLength: 12 })
  .map((pieces) => `/${pieces.join('')}`);

/** What a server that decodes as often as it likes, and takes a backslash for a slash, gets to see. */
function asSomeServerReads(path: string): string {
  let text = path;
  for (let round = 0; round < 8; round += 1) {
    text = text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return text.replaceAll('\\', '/');
}

function depthAfter(path: string): number {
  return path.split('/').slice(1).length;
}

describe('a path that is taken', () => {
  verifies(
    'vestibule:egress-paths',
    'is read by every server as so many segments, of which none goes up',
    () => {
      fc.assert(
        fc.property(deceiving, (text) => {
          const path = parsePath(text);
          if (!path.ok) return;
          const read = asSomeServerReads(path.value.text);
          expect(depthAfter(read)).toBe(path.value.segments.length);
          for (const segment of read.split('/')) {
            expect(['.', '..']).not.toContain(segment.split(';')[0]);
            expect(segment).not.toMatch(/[\x00-\x1f\x7f]/);
          }
        }),
        { numRuns: 2_000 },
      );
    },
  );

  it('stands in a URL as it is, and is taken again as the same', () => {
    fc.assert(
      fc.property(deceiving, (text) => {
        const path = parsePath(text);
        if (!path.ok) return;
        const url = new URL(`https://api.example${path.value.text}`);
        expect(url.href).toBe(`https://api.example${path.value.text}`);
        expect(parsePath(path.value.text)).toEqual(path);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is that of the request, which arrived decoded, whatever the header says', () => {
    fc.assert(
      fc.property(deceiving, deceiving, (sent, header) => {
        const decoded = decodeOnce(sent);
        const path = readCallPath(decoded, header);
        if (path.ok) expect(decodeURIComponent(path.value.text)).toBe(decoded);
      }),
      { numRuns: 2_000 },
    );
  });

  it('needs the header where decoding may have hidden something', () => {
    fc.assert(
      fc.property(deceiving, (sent) => {
        const path = readCallPath(decodeOnce(sent), undefined);
        // It is what stood in the URL, but for what need not be encoded and for slashes, which rules see.
        if (path.ok) expect(path.value.text).toBe(decodeOnce(sent));
      }),
      { numRuns: 2_000 },
    );
  });
});

function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The same said in another way: a rule as an expression over the whole text. */
function expressionOf(rule: string): RegExp {
  const parts = rule
    .slice(1)
    .split('/')
    .map((segment) => {
      if (segment === '*') return '[^/]+';
      if (segment === '**') return '[^/]+(?:/[^/]+)*/?';
      return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    });
  return new RegExp(`^/${parts.join('/')}$`);
}

describe('a rule', () => {
  const word = fc.constantFrom('repos', 'issues', 'a', 'b', '.git', 'x~y');
  const rule = fc
    .tuple(fc.array(fc.oneof(word, fc.constant('*')), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([segments, hasRest]) => `/${[...segments, ...(hasRest ? ['**'] : [])].join('/')}`);
  const path = fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([segments, slash]) => `/${segments.join('/')}${slash ? '/' : ''}`);

  it('allows what it says and nothing else', () => {
    fc.assert(
      fc.property(rule, path, (said, asked) => {
        const parsed = parsePath(asked);
        if (!parsed.ok) throw new Error('a path of plain words is one');
        expect(matchesPath(said, parsed.value)).toBe(expressionOf(said).test(asked));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['/repos/*/issues', '/repos/a%2Fb/issues', false],
    ['/repos/*', '/repos/', false],
    ['/repos/**', '/repos', false],
    ['/repos/**', '/repos/', false],
    ['/repos/**', '/repos/a/b/', true],
    ['/repos/%7Ea', '/repos/~a', true],
    ['/repos/a%2cb', '/repos/a%2Cb', true],
    ['/repos/a', '/Repos/a', false],
    ['/', '/', true],
    ['**', '/a', false],
  ])('%s and %s: %s', (said, asked, allows) => {
    const parsed = parsePath(asked);
    expect(parsed.ok && matchesPath(said, parsed.value)).toBe(allows);
  });
});
