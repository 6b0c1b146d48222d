import type { ReceivedRequest } from './event.ts';
import type { IntegrationDefinition } from './model.ts';
import { gatewayMessage, type GatewayResponse } from './response.ts';

/** What belongs to one connection, and what the other side sets itself. */
const ownHeaders = [
  'connection',
  'content-encoding',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'transfer-encoding',
];

/** An integration of type HTTP_PROXY: the request goes on to a URL, and its answer comes back as it is. */
export async function proxyRequest(
  { url, method, timeoutMilliseconds }: Extract<IntegrationDefinition, { readonly kind: 'http' }>,
  request: ReceivedRequest,
): Promise<GatewayResponse> {
  const sent = method === 'ANY' ? request.method : method;
  const hasBody = request.body.length > 0 && sent !== 'GET' && sent !== 'HEAD';
  try {
    const response = await fetch(request.query === '' ? url : `${url}?${request.query}`, {
      method: sent,
      headers: passedOn(Object.entries(request.headers)),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(hasBody ? { body: new Uint8Array(request.body) } : {}),
    });
    return {
      status: response.status,
      headers: passedOn(response.headers),
      body: Buffer.from(await response.arrayBuffer()),
    };
  } catch {
    return gatewayMessage(503, 'Service Unavailable');
  }
}

function passedOn(headers: Iterable<readonly [string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !ownHeaders.includes(name)));
}
