import { noClient, supplied, type ClientCredential, type Supply } from './clients.ts';
import { AgentError } from './errors.ts';
import type { AskToken } from './token-endpoint.ts';

/** What a token is wanted for. */
export interface TokenWish {
  /** The issuer that is asked. */
  readonly issuer: string;
  /** The one resource that the token is to be good for (RFC 8707). */
  readonly resource: string;
  /** Space-separated; undefined leaves it to the server. */
  readonly scope: string | undefined;
}

/** With what a token is asked (RFC 6749 §4.5). */
export interface Grant {
  readonly type: string;
  /** What is sent along besides `resource` and `scope`; asked anew for each token. */
  readonly parameters: (wish: TokenWish, ask: AskToken) => Promise<Readonly<Record<string, string>>>;
  /** Who asks, where that is not the agent's own client. */
  readonly client?: ClientCredential;
  /** Told of each refusal. */
  readonly refused?: () => Promise<void>;
}

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** RFC 6749 §4.4: the agent in its own name. */
export const clientCredentials: Grant = {
  type: 'client_credentials',
  parameters: () => Promise.resolve({}),
};

/**
 * RFC 7523 §2.1: the assertion that a platform gives its workload is all there is: no client, no secret. `assertion` is
 * asked for each token.
 */
export function workloadAssertion(assertion: (issuer: string) => Promise<string>): Grant {
  return {
    type: jwtBearer,
    client: noClient,
    parameters: async ({ issuer }) => ({ assertion: await assertion(issuer) }),
  };
}

export interface IdentityAssertionOptions {
  /** The person's identity provider. */
  readonly identityProvider: string;
  /** The agent's client there. */
  readonly client: ClientCredential;
  /** The ID token that the identity provider gave this client. */
  readonly idToken: Supply;
}

/**
 * Enterprise-managed authorization: the identity provider turns the ID token of a person into an assertion for the
 * authorization server of the target (ID-JAG), and there it is worth an access token, with no page and no consent.
 */
export function identityAssertion(options: IdentityAssertionOptions): Grant {
  const type = 'urn:ietf:params:oauth:token-type:id-jag';
  return {
    type: jwtBearer,
    parameters: async ({ issuer, resource, scope }, ask) => {
      const answer = await ask(options.identityProvider, options.client, tokenExchange, {
        requested_token_type: type,
        audience: issuer,
        resource,
        ...(scope !== undefined && { scope }),
        subject_token: await supplied(options.idToken),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      });
      if (answer.issuedType !== type) {
        throw new AgentError(`${options.identityProvider} issued something else than an ID-JAG`);
      }
      return { assertion: answer.value };
    },
  };
}
