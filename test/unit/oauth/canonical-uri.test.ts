import { describe, expect, it } from 'vitest';
import { canonicalResourceUri } from '../../../lambdas/oauth/resource/canonical-uri.ts';

const escapes = 'must not hold percent-encoding, save for ":" and "/" in its path';

describe('a resource URI', () => {
  it.each([
    ['https://mcp.example.com/mcp', 'https://mcp.example.com/mcp'],
    ['HTTPS://MCP.Example.COM/Mcp', 'https://mcp.example.com/Mcp'],
    ['https://mcp.example.com:443/mcp', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com:8443/mcp', 'https://mcp.example.com:8443/mcp'],
    ['https://mcp.example.com/mcp/', 'https://mcp.example.com/mcp'],
    ['https://mcp.example.com/', 'https://mcp.example.com'],
    ['https://mcp.example.com', 'https://mcp.example.com'],
    ['https://mcp.example.com/mcp//', 'https://mcp.example.com/mcp//'],
    [
      'https://mcp.example.com/runtimes/arn%3aaws%3Aruntime%2fx/invocations',
      'https://mcp.example.com/runtimes/arn%3Aaws%3Aruntime%2Fx/invocations',
    ],
    ['https://[2001:DB8::1]/mcp', 'https://[2001:db8::1]/mcp'],
    [`https://mcp.example.com/${'a'.repeat(1000)}`, `https://mcp.example.com/${'a'.repeat(1000)}`],
  ])('has one canonical form: %s', (text, canonical) => {
    expect(canonicalResourceUri(text, 'public')).toEqual({ ok: true, value: canonical });
  });

  it.each([
    ['', 'must hold only the characters of a URI'],
    ['/mcp', 'must be an absolute URI with a host'],
    ['mcp.example.com/mcp', 'must be an absolute URI with a host'],
    ['https:mcp', 'must be an absolute URI with a host'],
    ['urn:example:mcp', 'must be an absolute URI with a host'],
    ['https:///mcp', 'must be an absolute URI with a host'],
    ['https://mcp.example.com/mcp#', 'must not carry a fragment'],
    ['https://mcp.example.com/mcp#top', 'must not carry a fragment'],
    ['https://mcp.example.com/mcp?', 'must not carry a query'],
    ['https://mcp.example.com/mcp?a=b', 'must not carry a query'],
    ['https://user@mcp.example.com/mcp', 'must not carry user information'],
    ['https://mcp.example.com@evil.example/mcp', 'must not carry user information'],
    ['https://mcp.example.com/a/../mcp', 'must not hold dot segments'],
    ['https://mcp.example.com/a/%2E%2e/mcp', escapes],
    ['https://mcp.example.com/a%20b', escapes],
    ['https://mcp.example.com%2Fa/b', escapes],
    ['https://mcp.example.com/.', 'must not hold dot segments'],
    ['https://mcp.example.com\\evil', 'must hold only the characters of a URI'],
    ['https://mcp.example.com/a b', 'must hold only the characters of a URI'],
    ['https://mcp.example.com/\t', 'must hold only the characters of a URI'],
    ['https://mcp.example.com/%zz', 'must hold only the characters of a URI'],
    ['https://bücher.example/mcp', 'must hold only the characters of a URI'],
    ['https://mcp.example.com:99999/', 'must name a host and a port that can exist'],
    ['ftp://mcp.example.com/mcp', 'must be https'],
    ['http://mcp.example.com/mcp', 'must be https'],
    ['http://localhost:9401/mcp', 'must be https'],
    [`https://mcp.example.com/${'a'.repeat(1001)}`, 'must not be longer than 1024 characters'],
  ])('is refused as %s', (text, detail) => {
    expect(canonicalResourceUri(text, 'public')).toEqual({
      ok: false,
      refusal: { reason: 'resource_uri_not_acceptable', detail },
    });
  });

  it.each(['http://localhost:9401/mcp', 'http://127.0.0.1/mcp', 'http://[::1]:9401/mcp'])(
    'may be http on this machine where loopback hosts are allowed: %s',
    (text) => {
      expect(canonicalResourceUri(text, 'loopback')).toEqual({ ok: true, value: text });
    },
  );

  it.each(['http://127.0.0.1.evil.com/mcp', 'http://localhost.evil.com/mcp', 'http://mcp.example.com/mcp'])(
    'is never http elsewhere: %s',
    (text) => {
      expect(canonicalResourceUri(text, 'loopback').ok).toBe(false);
    },
  );
});
