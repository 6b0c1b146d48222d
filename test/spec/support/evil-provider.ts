import { once } from 'node:events';
import { createServer } from 'node:http';

export interface EvilProvider {
  readonly stop: () => Promise<void>;
}

/** An identity provider that the company trusts for one resource, and that is somebody else's by now. */
export async function startEvilProvider(port: number): Promise<EvilProvider> {
  const issuer = `http://localhost:${port}`;
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    code_challenge_methods_supported: ['S256'],
  };
  const server = createServer((request, response) => {
    const isMetadata = request.url === '/.well-known/openid-configuration';
    response.setHeader('content-type', isMetadata ? 'application/json' : 'text/html');
    response.end(isMetadata ? JSON.stringify(metadata) : '<p>Sign in here</p>');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
