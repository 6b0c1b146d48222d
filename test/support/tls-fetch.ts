import { Agent, type RequestOptions, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { IssuedCertificate } from '../../local/tls/certificate.ts';

/** The global `fetch` over TLS, with the certificate of a client; rejects where no connection is made. */
export function tlsFetch(ca: string, client?: IssuedCertificate): typeof fetch {
  const agent = new Agent({
    ca,
    keepAlive: false,
    ...(client && { cert: client.certificate, key: client.key }),
  });
  return async (input, init) => {
    const asked = new Request(input, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const headers = { ...Object.fromEntries(asked.headers), 'content-length': String(body.length) };
    const incoming = await send(asked.url, { agent, method: asked.method, headers }, body);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    const { statusCode: status = 0 } = incoming;
    return new Response([204, 304].includes(status) ? null : content, {
      status,
      headers: headersOf(incoming),
    });
  };
}

function send(url: string, options: RequestOptions, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, options, resolve).once('error', reject).end(body);
  });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}
