import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesRedirectUri, redirectKind } from '../../../lambdas/oauth/redirect-uri.ts';

describe('a redirect URI', () => {
  it.each([
    ['https://app.example.com/callback?tenant=a', 'https'],
    ['https://app.example.com', 'https'],
    ['https://app.example.com/@team/cb', 'https'],
    ['http://127.0.0.1/', 'loopback'],
    ['http://localhost:8787/callback', 'loopback'],
    ['http://[::1]:1/cb', 'loopback'],
    ['cursor://anysphere.cursor-mcp/oauth/callback', 'private-use'],
    ['com.example.app:/callback', 'private-use'],
  ])('%s leads to %s', (uri, kind) => {
    expect(redirectKind(uri)).toBe(kind);
  });

  it.each([
    'http://app.example.com/cb',
    'http://127.0.0.1.evil.com/cb',
    'http://localhost.evil.com/cb',
    'http://LOCALHOST/cb',
    'http://0x7f.1/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'https://@host/cb',
    'https://user@host/cb',
    'https://user:pass@host/cb',
    'https:///cb',
    'https://host/cb#fragment',
    'https://host\\@evil.com/cb',
    'https://host/\tcb',
    'https://ho%73t/cb',
    'https://host:/cb',
    'https://host:0/cb',
    'https://host:99999/cb',
    'https://*.example.com/cb',
    'https:host/cb',
    'javascript://host/%0aalert(1)',
    'data:/text',
    'file:///etc/passwd',
    'vbscript:/x',
    'Cursor://host/cb',
    'cursor:///cb',
    'cursor:cb',
    'cursor://user@host/cb',
    '/callback',
    '',
    `https://host/${'a'.repeat(1_024)}`,
  ])('is none when it is %j', (text) => {
    expect(redirectKind(text)).toBeUndefined();
    expect(matchesRedirectUri([text], text)).toBe(false);
  });
});

describe('a presented redirect URI', () => {
  const web = ['https://app.example.com/cb', 'cursor://anysphere.cursor-mcp/oauth/callback'];
  const native = ['http://127.0.0.1/cb', 'http://localhost:33418/', 'http://[::1]'];

  it.each([...web, ...native])('matches as the text it is: %s', (uri) => {
    expect(matchesRedirectUri([...web, ...native], uri)).toBe(true);
  });

  it.each([
    'http://127.0.0.1:49152/cb',
    'http://localhost:1/',
    'http://localhost/',
    'http://localhost:5000',
    'http://[::1]:8080/',
    'http://[::1]/',
  ])("matches at any port of the person's own machine: %s", (uri) => {
    expect(matchesRedirectUri(native, uri)).toBe(true);
  });

  it.each([
    'https://app.example.com/cb/',
    'https://app.example.com/CB',
    'https://APP.example.com/cb',
    'HTTPS://app.example.com/cb',
    'https://app.example.com:443/cb',
    'https://app.example.com:8443/cb',
    'https://app.example.com/cb?',
    'https://app.example.com/cb?x=1',
    'https://app.example.com/%63b',
    'https://app.example.com/a/../cb',
    'https://app.example.com%2fcb',
    'https://app.example.com%2f@evil.com/cb',
    'https://app.example.com@evil.com/cb',
    'https://app.example.com\\@evil.com/cb',
    'https://app.example.com.evil.com/cb',
    'https://evil.com/https://app.example.com/cb',
    'https://app.example.com/cb#x',
    'https://app.example.com/c\tb',
    ' https://app.example.com/cb',
    'http://app.example.com/cb',
    'https://127.0.0.1/cb',
    'http://127.0.0.1.evil.com/cb',
    'http://127.0.0.1:8080.evil.com/cb',
    'http://127.0.0.1@evil.com/cb',
    'http://127.0.0.1:80@evil.com/cb',
    'http://127.0.0.1%2f@evil.com/cb',
    'http://127.0.0.1\\@evil.com/cb',
    'http://evil.com#@127.0.0.1/cb',
    'http://localhost/cb',
    'http://[::1]/cb',
    'http://127.0.0.1/cb/',
    'http://127.0.0.1/CB',
    'http://127.0.0.1/%63b',
    'http://127.0.0.1/cb?x=1',
    'http://127.0.0.1//cb',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:08080/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1.:8080/cb',
    'http://127.1:8080/cb',
    'http://0:8080/cb',
    'http://127.0.0.2/cb',
    'http://LocalHost:8080/',
    'HTTP://localhost:8080/',
    'cursor://anysphere.cursor-mcp:8080/oauth/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback/',
  ])('is refused as a near miss: %j', (uri) => {
    expect(matchesRedirectUri([...web, ...native], uri)).toBe(false);
  });

  it('is one of those registered or differs in its port alone, whatever it is made of', () => {
    const piece = fc.constantFrom(
      'http',
      'https',
      '://',
      ':',
      '/',
      '@',
      '127.0.0.1',
      'localhost',
      '.evil.com',
      '8080',
      '/cb',
      '%2f',
      '\\',
      '?',
      '#',
      '[::1]',
      'a',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const uri = pieces.join('');
        if (!matchesRedirectUri([...web, ...native], uri)) return;
        expect([...web, ...native].map(portless)).toContain(portless(uri));
        expect(new URL(uri).username).toBe('');
      }),
      { numRuns: 10_000 },
    );
  });
});

/** As a browser would read it, which is what decides where the person goes. */
function portless(uri: string): string {
  const url = new URL(uri);
  url.port = '';
  return url.href;
}
