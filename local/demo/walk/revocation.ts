import * as v from 'valibot';
import { clientSecret } from './client-secret.ts';
import { requestToken } from './token-request.ts';
import { listTools, untilRefused } from './until-refused.ts';
import type { Walk } from './walk-context.ts';

const metadataSchema = v.object({ introspection_endpoint: v.string(), revocation_endpoint: v.string() });

/** The server of a resource asks whether a token counts; its client ends it; the next question tells, and soon the server knows unasked. */
export async function revocation(walk: Walk): Promise<void> {
  const { endpoints, report, fetch, takeExchanges } = walk;
  report.step('The planner ends a token, and the MCP server asks about it');
  const secretOf = (id: string): Promise<string> => clientSecret(endpoints, id);
  const planner = { clientId: 'planner-client', clientSecret: await secretOf('planner-client') };
  const server = { clientId: 'demo-server', clientSecret: await secretOf('demo-server') };
  const metadata = await fetch(`${endpoints.issuer}/.well-known/oauth-authorization-server`);
  const found = v.parse(metadataSchema, await metadata.json());
  const token = await requestToken(walk, planner, { resource: endpoints.mcp });
  const post = (url: string, { clientId, clientSecret: secret }: typeof planner): Promise<Response> =>
    fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ token }),
    });

  const before = await post(found.introspection_endpoint, server);
  report.check('the MCP server finds it active', /"active":true.*"agent_id":"planner"/, await before.text());
  const ended = await post(found.revocation_endpoint, planner);
  report.check('the planner revokes it', 200, ended.status);
  const after = await post(found.introspection_endpoint, server);
  report.check('the very next question finds it inactive', /^\{"active":false\}$/, await after.text());
  takeExchanges();

  const seconds = await untilRefused(endpoints.mcp, token);
  const refused = await listTools(fetch, endpoints.mcp, token);
  report.check(
    `the MCP server itself refuses it ${seconds.toFixed(0)} s later, from the feed of ends`,
    401,
    refused.status,
  );
  takeExchanges();
}
