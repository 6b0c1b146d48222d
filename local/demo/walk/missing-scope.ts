import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { clientSecret } from './client-secret.ts';
import { connect } from './mcp-client.ts';
import type { Walk } from './walk-context.ts';

/** A tool that needs more than the token has, and the same call by a client that asks for it. */
export async function missingScope({ endpoints, report, fetch, takeExchanges }: Walk): Promise<void> {
  report.step('A tool that changes things needs tools:write, which nobody asked for');
  const credentials = {
    clientId: 'planner-client',
    clientSecret: await clientSecret(endpoints, 'planner-client'),
    expectedIssuer: endpoints.issuer,
  };
  const reader = await connect(endpoints.mcp, new ClientCredentialsProvider(credentials), fetch);
  takeExchanges();
  const order = { order: 'A-17' };
  const refusal: unknown = await reader.call('cancel_order', order).catch((error: unknown) => error);
  await reader.close();
  const refused = takeExchanges().find(({ response }) => response.status === 403);
  const challenge = refused?.response.headers.find(([name]) => name === 'www-authenticate')?.[1];
  report.check(
    'the call is refused with 403',
    403,
    refusal instanceof StreamableHTTPError ? refusal.code : String(refusal),
  );
  report.check('as insufficient_scope', /^Bearer error="insufficient_scope"/, challenge);
  report.check('naming everything the call needs', /scope="tools:read tools:write"/, challenge);

  report.step('The planner may have tools:write when it asks');
  const scope = 'tools:read tools:write';
  const writer = await connect(
    endpoints.mcp,
    new ClientCredentialsProvider({ ...credentials, scope }),
    fetch,
  );
  const answer = await writer.call('cancel_order', order);
  await writer.close();
  takeExchanges();
  report.check('the order is cancelled', /^A-17 is cancelled \(asked by planner\)$/, answer);
}
