import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import { listen, sendJson } from '../http.ts';

/** A client's metadata document on a web server of its own, here on loopback. Its URL is the client's name. */
export async function publishDocument(
  metadata: OAuthClientMetadata,
  log: (line: string) => void,
): Promise<{ readonly clientId: string; readonly stop: () => Promise<void> }> {
  const server = await listen(
    0,
    (request, response) => {
      if (request.url === '/client.json') sendJson(response, 200, { ...metadata, client_id: clientId });
      else sendJson(response, 404, { error: 'not_found' });
      return Promise.resolve();
    },
    log,
  );
  const clientId = `http://localhost:${server.port}/client.json`;
  return { clientId, stop: server.stop };
}
