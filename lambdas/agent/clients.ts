import type { webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { basicAuthorization } from '../token-client/client-secret.ts';

/** A secret, or where to get it each time that it is needed, so that it can be rotated while the agent runs. */
export type Supply = string | (() => string | Promise<string>);

/** How an agent proves at a token endpoint which client it is. What it proves that with stays inside. */
export interface ClientCredential {
  /** Absent where the proof itself says it. */
  readonly clientId: string | undefined;
  /** Adds the proof to one token request. */
  readonly prove: oauth.ClientAuth;
}

export function supplied(supply: Supply): Promise<string> {
  return Promise.resolve(typeof supply === 'string' ? supply : supply());
}

export function clientSecretBasic(clientId: string, secret: Supply): ClientCredential {
  return {
    clientId,
    prove: async (_server, _client, _body, headers) => {
      headers.set('authorization', basicAuthorization(clientId, await supplied(secret)));
    },
  };
}

export function clientSecretPost(clientId: string, secret: Supply): ClientCredential {
  return {
    clientId,
    prove: async (server, client, body, headers) => {
      await oauth.ClientSecretPost(await supplied(secret))(server, client, body, headers);
    },
  };
}

/** RFC 7523 §2.2: a fresh assertion for each request, signed with a key that never leaves the agent. */
export function privateKeyJwt(
  clientId: string,
  key: webcrypto.CryptoKey | { readonly key: webcrypto.CryptoKey; readonly kid: string },
): ClientCredential {
  return { clientId, prove: oauth.PrivateKeyJwt(key) };
}

/**
 * The agent's platform says who it is: `token` gets a JWT of it for the issuer, such as what AWS STS answers to
 * GetWebIdentityToken. It is asked for each request, for such a JWT is good once.
 */
export function awsWebIdentity(token: () => Promise<string>): ClientCredential {
  return {
    clientId: undefined,
    prove: async (_server, _client, body) => {
      // RFC 7521 §4.2: the assertion names its client.
      body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
      body.set('client_assertion', await token());
    },
  };
}

/** A public client, which says who it is and proves nothing. */
export function publicClient(clientId: string): ClientCredential {
  return { clientId, prove: oauth.None() };
}

/** Nobody: what is asked with says all there is to say (a workload's own assertion). */
export const noClient: ClientCredential = { clientId: undefined, prove: () => undefined };
