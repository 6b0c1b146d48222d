import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { listen } from '../../../local/demo/http.ts';
import type { RecordedClient } from './recorded-client.ts';

/** Serves the metadata documents of recorded clients, as their vendors do, on loopback. */
export interface DocumentHost {
  /** The `client_id` of a client whose document is served here. */
  readonly publish: (client: RecordedClient) => string;
  /** RFC 7523 §2.2, by the key that the documents with a `jwks_uri` name. */
  readonly assertion: (clientId: string, audience: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

export async function startDocumentHost(): Promise<DocumentHost> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'vendor', use: 'sig', alg: 'RS256' }] };
  const served = new Map<string, object>([['/oauth/jwks.json', jwks]]);
  const server = await listen(
    0,
    (request, response) => {
      const document = served.get(request.url ?? '');
      response.writeHead(document === undefined ? 404 : 200, {
        'content-type': 'application/json',
        'cache-control': 'public, max-age=300',
      });
      response.end(JSON.stringify(document ?? {}));
      return Promise.resolve();
    },
    (line) => {
      throw new Error(line);
    },
  );
  const origin = `http://localhost:${server.port}`;
  return {
    publish: ({ introduction }) => {
      if (introduction.kind !== 'document') throw new Error('this client has no document');
      const { hostname, pathname } = new URL(introduction.url);
      const path = `/${hostname}${pathname}`;
      served.set(path, {
        ...introduction.document,
        client_id: `${origin}${path}`,
        ...('jwks_uri' in introduction.document && { jwks_uri: `${origin}/oauth/jwks.json` }),
      });
      return `${origin}${path}`;
    },
    assertion: (clientId, audience) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'RS256', kid: 'vendor' })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(audience)
        .setJti(crypto.randomUUID())
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
    stop: server.stop,
  };
}
