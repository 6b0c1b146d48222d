import { createPrivateKey } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { Provider } from 'oidc-provider';
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import type { SubjectSettings } from './message.ts';

/**
 * panva's oidc-provider: JWT access tokens for a resource indicator, which it stores nowhere, and its one client in its
 * configuration, so that it has no store to wait for.
 */
export function oidcProvider({ algorithm, market, privateKey, kid }: SubjectSettings): RequestListener {
  const jwk = createPrivateKey(privateKey).export({ format: 'jwk' });
  const { issuer, clientId, clientSecret, resource, scope } = market;
  const provider = new Provider(issuer, {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        id_token_signed_response_alg: algorithm,
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...jwk, kid, use: 'sig', alg: algorithm }] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope,
          audience: resource,
          accessTokenTTL: 900,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algorithm } },
        }),
      },
    },
  });
  const callback = provider.callback();
  return (request, response) => {
    void callback(request, response);
  };
}
