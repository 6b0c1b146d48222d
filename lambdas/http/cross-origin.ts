/** Lets a page of any origin read an answer, refusals included; without credentials (IX-10). */
export const readableByAnyOrigin = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Mcp-Session-Id, DPoP-Nonce',
};

/** The answer to a browser's preflight, the same on every path, so that the page then sees our 404 (AS-7). */
export const preflight = {
  ...readableByAnyOrigin,
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, DPoP',
};
