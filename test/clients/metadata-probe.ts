import { writeFileSync } from 'node:fs';

/**
 * The client that the conformance suite starts: it reads the metadata that the suite holds out, writes it to a file, and
 * goes no further. `node metadata-probe.ts <file> <URL of the MCP server>`
 */
const [, , file = '', server = ''] = process.argv;

async function json(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await response.json()) as Record<string, unknown>;
}

const { origin, pathname } = new URL(server);
const resource = await json(`${origin}/.well-known/oauth-protected-resource${pathname}`).catch(() =>
  json(`${origin}/.well-known/oauth-protected-resource`),
);
const issuer = new URL(String((resource['authorization_servers'] as readonly unknown[])[0]));
const path = issuer.pathname === '/' ? '' : issuer.pathname;
const authorizationServer = await json(
  `${issuer.origin}/.well-known/oauth-authorization-server${path}`,
).catch(() => json(`${issuer.origin}${path}/.well-known/openid-configuration`));
writeFileSync(file, JSON.stringify({ resource, authorizationServer }));
