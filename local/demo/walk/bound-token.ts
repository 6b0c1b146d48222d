import * as client from 'openid-client';
import { clientSecret } from './client-secret.ts';
import type { Walk } from './walk-context.ts';

/** A token that is bound to a key opens its door with that key alone: whoever steals it has nothing. */
export async function boundToken({ endpoints, report, fetch, takeExchanges }: Walk): Promise<void> {
  report.step('An agent binds its token to a key (DPoP); somebody steals the token');
  const secret = await clientSecret(endpoints, 'planner-client');
  const configuration = await client.discovery(
    new URL(endpoints.issuer),
    'planner-client',
    undefined,
    client.ClientSecretBasic(secret),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- loopback has no TLS
    { execute: [client.allowInsecureRequests] },
  );
  configuration[client.customFetch] = (url, options) => fetch(url, options as RequestInit);
  const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair('ES256'));
  const parameters = { resource: endpoints.mcp, scope: 'tools:read' };
  const token = await client.clientCredentialsGrant(configuration, parameters, { DPoP });
  const answers = takeExchanges().map(({ response }) => response.body);
  report.check('the first proof is told a nonce', /use_dpop_nonce/, answers[0]);
  report.check('the second one gets a bound token', 'dpop', token.token_type);

  const call = { method: 'tools/call', params: { name: 'list_orders', arguments: {} } };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...call });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const served = await client.fetchProtectedResource(
    ...([configuration, token.access_token, new URL(endpoints.mcp), 'POST', body] as const),
    ...([new Headers(headers), { DPoP }] as const),
  );
  report.check('with a proof of the key the tool answers', /asked by planner/, await served.text());

  const authorization = `Bearer ${token.access_token}`;
  const stolen = await fetch(endpoints.mcp, { method: 'POST', headers: { ...headers, authorization }, body });
  report.check('the thief is refused with 401', 401, stolen.status);
  const challenge = stolen.headers.get('www-authenticate') ?? '';
  report.check('for the token is bound to a key', /^DPoP error="invalid_token".*bound to a key/, challenge);
  takeExchanges();
}
