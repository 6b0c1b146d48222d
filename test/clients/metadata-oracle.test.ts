import * as second from '@modelcontextprotocol/client';
import { discoverOAuthServerInfo } from '@modelcontextprotocol/sdk/client/auth.js';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCompany, type Company } from '../support/company.ts';

let company: Company;

beforeAll(async () => {
  company = await startCompany();
});
afterAll(() => company.stop());

/** What each client says of the metadata that it found, and would refuse. */
describe('a client that knows the URL of an MCP server alone', () => {
  it.each([
    ['the MCP SDK 1', () => discoverOAuthServerInfo(company.mcpUrl)],
    ['the MCP SDK 2', () => second.discoverOAuthServerInfo(company.mcpUrl)],
  ])('finds the authorization server with %s', async (_, discover) => {
    const found = await discover();
    expect(found.authorizationServerUrl).toBe(company.issuer);
    expect(found.resourceMetadata).toMatchObject({
      resource: company.mcpUrl,
      authorization_servers: [company.issuer],
      scopes_supported: ['tools:read', 'tools:write'],
    });
    expect(found.authorizationServerMetadata).toMatchObject({
      issuer: company.issuer,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    });
  });

  it.each(['oauth2', 'oidc'] as const)('finds it with oauth4webapi (%s)', async (algorithm) => {
    const issuer = new URL(company.issuer);
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    const options = { algorithm, [oauth.allowInsecureRequests]: true };
    const response = await oauth.discoveryRequest(issuer, options);
    const server = await oauth.processDiscoveryResponse(issuer, response);
    expect(server.authorization_endpoint).toBe(`${company.issuer}/authorize`);
  });
});
