import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalResourceUri } from '../../../../lambdas/oauth/resource/canonical-uri.ts';
import { isResourceScope } from '../../../../lambdas/oauth/scope/scope.ts';
import { type Hosts, resourceUriProblem } from '../../../../lib/config/resource-uri.ts';
import { scopeNameProblem } from '../../../../lib/config/scope-name.ts';

const uris = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc
    .tuple(
      fc.constantFrom('https', 'http', 'HTTPS', 'ftp'),
      fc.constantFrom('a.example', 'A.example', 'localhost', '127.0.0.1', '[::1]', 'me@a.example', ''),
      fc.constantFrom('', ':443', ':80', ':9401', ':99999'),
      fc.constantFrom(
        '',
        '/',
        '//',
        '/mcp',
        '/mcp/',
        '/a/../b',
        '/%2e/x',
        '/a%20b',
        '/a%3Ab%2Fc',
        '/a%3ab',
        '/a b',
        '/?q',
        '/#f',
        '/é',
        '/a@b',
      ),
    )
    .map(([scheme, host, port, path]) => `${scheme}://${host}${port}${path}`),
  fc.string(),
);

test('the config takes exactly the URIs that the registry stores as they are', () => {
  fc.assert(
    fc.property(uris, fc.constantFrom<Hosts>('public', 'loopback'), (uri, hosts) => {
      const stored = canonicalResourceUri(uri, hosts);
      expect(resourceUriProblem(uri, hosts) === undefined).toBe(stored.ok && stored.value === uri);
    }),
    { numRuns: 5_000 },
  );
});

test('the config takes exactly the scopes that the registry takes', () => {
  const names = fc.oneof(
    fc.string(),
    fc.constantFrom('*', 'a:*', 'openid', 'offline_access', 'a:b', 'a b', '"', ''),
  );
  fc.assert(
    fc.property(names, (name) => {
      expect(scopeNameProblem(name) === undefined).toBe(isResourceScope(name));
    }),
  );
});
