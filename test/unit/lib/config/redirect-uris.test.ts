import fc from 'fast-check';
import { expect, test } from 'vitest';
import { redirectKind } from '../../../../lambdas/oauth/redirect-uri.ts';
import { checkConfig, InvalidConfig } from '../../../../lib/config/check-config.ts';
import { redirectUriProblem } from '../../../../lib/config/redirect-uri.ts';
import type { VestibuleConfig } from '../../../../lib/index.ts';
import { withClient } from './broken-configs.ts';

test.each<readonly [string, unknown, string]>([
  [
    'a redirect URI over http',
    withClient({ redirectUris: ['http://app.example.com/callback'] }),
    "clients[0].redirectUris[0]: 'http://app.example.com/callback' is not https; only a callback on the person's own machine may be http",
  ],
  [
    'a redirect URI with a wildcard',
    withClient({ redirectUris: ['https://*.example.com/callback'] }),
    "clients[0].redirectUris[0]: 'https://*.example.com/callback' is not the whole URL of a callback; write it as 'https://app.example.com/callback'",
  ],
  [
    'a redirect URI without a host',
    withClient({ redirectUris: ['https://@host/cb'] }),
    "clients[0].redirectUris[0]: 'https://@host/cb' holds user information; remove it",
  ],
  [
    "a redirect URI of a scheme that is everybody's",
    withClient({ redirectUris: ['javascript://x/%0Aalert(1)'] }),
    "clients[0].redirectUris[0]: 'javascript://x/%0Aalert(1)' has a scheme that belongs to no app; use https, or a scheme of the app's own",
  ],
  [
    'a redirect URI twice',
    withClient({ redirectUris: ['https://app.example.com/cb', 'https://app.example.com/cb'] }),
    'clients[0].redirectUris: names a URL twice; once will do',
  ],
  [
    'no redirect URI',
    withClient({ redirectUris: [] }),
    'clients[0].redirectUris: names no URL; leave it out for a client without',
  ],
])('a client with %s is refused', (_what, config, problem) => {
  expect(() => checkConfig(config as VestibuleConfig)).toThrow(new InvalidConfig([parts(problem)]));
});

test('a client may have callbacks over https, on the own machine of a person, and in an app there', () => {
  const redirectUris = [
    'https://app.example.com/callback?tenant=a',
    'http://127.0.0.1:8080/cb',
    'cursor://anysphere.cursor-mcp/oauth/callback',
  ];
  expect(() => checkConfig(withClient({ redirectUris }) as VestibuleConfig)).not.toThrow();
});

test('the config takes exactly the redirect URIs that the registry takes', () => {
  const uris = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc
      .tuple(
        fc.constantFrom(
          'https',
          'http',
          'HTTPS',
          'myapp',
          'MyApp',
          'com.example.app',
          'javascript',
          'file',
          'data',
        ),
        fc.constantFrom(':', ':/', '://'),
        fc.constantFrom(
          'a.example',
          '*.a.example',
          'localhost',
          'LOCALHOST',
          '[::1]',
          'me@a.example',
          '@a.example',
          '0x7f.1',
          '127.0.0.1.a.example',
          '',
        ),
        fc.constantFrom('', ':80', ':0', ':99999', ':'),
        fc.constantFrom('', '/', '/cb?a=%20', '/cb?a=%2', '/#', '/a b', '/é', '\\\\cb', '?q', '/@cb'),
      )
      .map((parts) => parts.join('')),
    fc.string(),
  );
  fc.assert(
    fc.property(uris, (uri) => {
      expect(redirectUriProblem(uri) === undefined).toBe(redirectKind(uri) !== undefined);
    }),
    { numRuns: 2_000 },
  );
});

function parts(problem: string): { readonly path: string; readonly text: string } {
  const colon = problem.indexOf(': ');
  return { path: problem.slice(0, colon), text: problem.slice(colon + 2) };
}
