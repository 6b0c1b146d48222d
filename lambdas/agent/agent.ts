import type { webcrypto } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import { isPrivateUrl } from '../token-client/addresses.ts';
import { accessTokenType } from '../token-client/token-types.ts';
import { type ActorToken, shownActor } from './actors.ts';
import { type ClientCredential, noClient } from './clients.ts';
import { serverFinder } from './discovery.ts';
import { exchanged } from './exchange.ts';
import { clientCredentials, type Grant } from './grants.ts';
import { grantedTokens, principal, type Principal, type Shared } from './principal.ts';
import { asking } from './questions.ts';
import { taskServer } from './task-server.ts';
import { type Tasks, tasksOf } from './tasks.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { tokenSource } from './token-source.ts';
import { wireOf, type WireOptions } from './wire.ts';

export interface AgentOptions extends WireOptions {
  /**
   * The one authorization server that sees what the agent proves itself with, as its metadata spells it. Servers that want
   * tokens of another are refused.
   */
  readonly issuer: string;
  /** How it proves itself there. Not needed where its grant says it all (`workloadAssertion`). */
  readonly client?: ClientCredential;
  /** With what it asks for tokens in its own name. Default: `clientCredentials`. */
  readonly grant?: Grant;
  /** Who acts, shown with each exchange. Default: nothing, for the client that asks says it. */
  readonly actor?: ActorToken;
  /** The key that tokens are bound to (RFC 9449); absent: bearer tokens. */
  readonly dpop?: webcrypto.CryptoKeyPair;
  /** For how long a request waits, in all, where a server asks for patience (`Retry-After`). Default: 10. */
  readonly patienceSeconds?: number;
}

export interface OnBehalfOptions {
  /** RFC 8693 §3. Default: an access token. */
  readonly subjectTokenType?: string;
}

/** An agent towards the servers that it calls. Make one and keep it: it holds the tokens. */
export interface Agent extends Principal, Tasks {
  /**
   * In the name of whoever sent the agent this token: it is exchanged (RFC 8693) for one of each target. Cheap to make for
   * each request; the tokens are kept by what was received.
   */
  readonly onBehalfOf: (subjectToken: string, options?: OnBehalfOptions) => Principal;
}

const defaultPatience = 10;

/** Throws a TypeError for an issuer to which nothing secret could be sent. */
export function createAgent(options: AgentOptions): Agent {
  const { issuer, client = noClient, grant = clientCredentials, patienceSeconds = defaultPatience } = options;
  if (!isPrivateUrl(issuer))
    throw new TypeError(`issuer: an absolute https URL without fragment, got ${issuer}`);
  const wire = wireOf(options);
  // The proofs of one key share the nonces that servers gave for it.
  const dpop = options.dpop === undefined ? undefined : oauth.DPoP({}, options.dpop);
  const server = { wire, findServer: serverFinder(wire), patienceSeconds };
  const wanted = dpop === undefined ? 'Bearer' : 'DPoP';
  const ask = asking({ ...server, dpop });
  const tokens = tokenSource({
    ...{ client, now: wire.now, ask: tokenEndpoint(ask, wanted) },
    askUnbound: tokenEndpoint(asking({ ...server, dpop: undefined }), 'Bearer'),
  });
  const actor = options.actor && shownActor(options.actor, { issuer, grant, tokens });
  const shared: Shared = { issuer, wire, dpop, patienceSeconds, resources: new Set() };
  return {
    ...principal(shared, grantedTokens({ issuer, tokens }, ['self'], grant)),
    ...tasksOf({ wire, dpop, patienceSeconds, server: taskServer(issuer, client, ask, wanted) }),
    onBehalfOf: (subjectToken, { subjectTokenType: type = accessTokenType } = {}) =>
      principal(
        shared,
        grantedTokens({ issuer, tokens }, [type, subjectToken], exchanged(subjectToken, type, actor)),
      ),
  };
}
