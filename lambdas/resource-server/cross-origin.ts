/**
 * What a browser client needs on every answer, the challenge above all: without it a page sees a 401 and not where
 * to sign in (IX-10). No credentials are allowed along, so `*` gives no origin any power.
 */
export const crossOriginHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Mcp-Session-Id, DPoP-Nonce',
};

/** The answer to OPTIONS, which comes without a token: send it with 204 and no body. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  ...crossOriginHeaders,
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Authorization, Content-Type, Accept, Last-Event-ID, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, DPoP',
  'access-control-max-age': '600',
};
