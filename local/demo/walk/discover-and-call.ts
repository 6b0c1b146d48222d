import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { clientSecret } from './client-secret.ts';
import { connect } from './mcp-client.ts';
import type { Exchange } from './wire.ts';
import type { Walk } from './walk-context.ts';

/** An agent that knows the URL of an MCP server and its own credentials, and nothing else, calls a tool. */
export async function discoverAndCall({ endpoints, report, fetch, takeExchanges }: Walk): Promise<void> {
  report.step(`The planner agent is given ${endpoints.mcp} and finds its own way in`);
  const provider = new ClientCredentialsProvider({
    clientId: 'planner-client',
    clientSecret: await clientSecret(endpoints, 'planner-client'),
    expectedIssuer: endpoints.issuer,
  });
  const session = await connect(endpoints.mcp, provider, fetch);
  const answer = await session.call('list_orders');
  await session.close();

  const exchanges = takeExchanges();
  const { host, pathname } = new URL(endpoints.mcp);
  const status = (method: string, url: string): number | undefined =>
    find(exchanges, method, url)?.response.status;
  const metadata = `http://${host}/.well-known/oauth-protected-resource${pathname}`;
  report.check('without a token the server answers 401', 401, exchanges[0]?.response.status);
  report.check(
    'and says where its metadata is',
    `Bearer resource_metadata="${metadata}", scope="tools:read"`,
    exchanges[0]?.response.headers.find(([name]) => name === 'www-authenticate')?.[1],
  );
  report.check('the metadata names the authorization server', 200, status('GET', metadata));
  const authorizationServer = `${endpoints.issuer}/.well-known/oauth-authorization-server`;
  report.check('the authorization server describes itself', 200, status('GET', authorizationServer));
  report.check('its token endpoint issues a token', 200, status('POST', endpoints.endpoints.token));
  report.check('the tool answers the agent by name', /open orders.*asked by planner\)/, answer);
}

function find(exchanges: readonly Exchange[], method: string, url: string): Exchange | undefined {
  return exchanges.find(({ request }) => request.method === method && request.url === url);
}
