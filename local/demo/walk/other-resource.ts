import { clientSecret } from './client-secret.ts';
import { requestToken } from './token-request.ts';
import type { Walk } from './walk-context.ts';

/** A token opens one door only: the one for the analyst agent is worth nothing at the MCP server. */
export async function otherResource(walk: Walk): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  const analyst = new URL('/agents/analyst', endpoints.mcp).href;
  report.step(`A token for another agent (${analyst}) is presented to the MCP server`);
  const secret = await clientSecret(endpoints, 'planner-client');
  const credentials = { clientId: 'planner-client', clientSecret: secret };
  const token = await requestToken(walk, credentials, { resource: analyst, scope: 'ask' });
  const call = (url: string, name: string, input: object): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: input },
      }),
    });

  const refused = await call(endpoints.mcp, 'list_orders', {});
  report.check('the MCP server refuses it with 401', 401, refused.status);
  const challenge = refused.headers.get('www-authenticate') ?? '';
  report.check('as invalid_token', /^Bearer error="invalid_token".*another resource/, challenge);

  const served = await call(analyst, 'ask', { question: 'How many?' });
  report.check('the analyst agent takes it', /planner asked: How many\?/, await served.text());
  takeExchanges();
}
