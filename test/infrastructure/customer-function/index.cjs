'use strict';

/** A customer's function: an MCP server of one tool at /mcp, and an echo of what it was told of the caller elsewhere. */
exports.handler = async (event) => {
  const { authorizer } = event.requestContext;
  if (event.queryStringParameters?.do === 'throw') throw new Error('a defect of the customer');
  if (event.queryStringParameters?.do === 'cookies') {
    return {
      statusCode: 201,
      cookies: ['a=1', 'b=2'],
      headers: { 'x-own': 'yes' },
      body: 'AAECAw==',
      isBase64Encoded: true,
    };
  }
  if (event.queryStringParameters?.do === 'plain') return { inferred: true };
  if (event.rawPath === '/mcp' && event.requestContext.http.method === 'POST') return mcp(event, authorizer);
  if (event.rawPath === '/mcp') return { statusCode: 405, headers: { allow: 'POST' } };
  return json(200, {
    authorizer,
    token: event.headers.authorization,
    routeKey: event.routeKey,
    body: event.body ?? null,
    base64: event.isBase64Encoded,
  });
};

function mcp(event, authorizer) {
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  const { id, method, params } = JSON.parse(text);
  if (id === undefined) return { statusCode: 202 };
  const claims = authorizer.lambda ?? authorizer.jwt.claims;
  const results = {
    initialize: () => ({
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'orders', version: '1.0.0' },
    }),
    'tools/list': () => ({ tools: [{ name: 'list_orders', inputSchema: { type: 'object' } }] }),
    'tools/call': () => ({ content: [{ type: 'text', text: `no orders (asked by ${claims.agent_id})` }] }),
  };
  const result = results[method]?.();
  const error = { code: -32601, message: 'Method not found' };
  return json(200, { jsonrpc: '2.0', id, ...(result === undefined ? { error } : { result }) });
}

function json(statusCode, body) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
