import { clientAuthentication } from '../../../lambdas/oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../../lambdas/oauth/client-authentication/client-keys.ts';
import { clientCredentialsGrant } from '../../../lambdas/oauth/grants/client-credentials.ts';
import type { CallerLimits } from '../../../lambdas/oauth/limits/caller-limits.ts';
import { tokenEndpoint } from '../../../lambdas/oauth/token-endpoint.ts';
import type { RequestToken } from '../../../lambdas/oauth/token-request.ts';
import { tokenIssuer } from '../../../lambdas/oauth/tokens/issue.ts';
import type { Documents } from '../../../lambdas/ports/documents.ts';
import type {
  Agent,
  Client,
  RegistryNames,
  RegistryReader,
  Resource,
} from '../../../lambdas/ports/registry.ts';
import type { AssertionReplay, AssertionUse } from '../../../lambdas/ports/replay.ts';
import type { KeyRing } from '../../../lambdas/ports/signing.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import { fullBuckets, limitsOver } from './limits.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  aStandbyKey,
  issuer,
  processSigner,
  registryOf,
  tokenEndpointUrl,
} from './mothers.ts';

interface IssuerInput {
  readonly clients?: readonly Client[];
  readonly agents?: readonly Agent[];
  readonly resources?: readonly Resource[];
  readonly ring?: KeyRing;
  readonly documents?: Documents;
  /** What the store answers to the one write; its atomicity is shown elsewhere, on the real engine. */
  readonly isFirstUse?: boolean;
  /** Nobody reaches a limit when absent. */
  readonly limits?: CallerLimits;
}

export interface AnIssuer {
  readonly requestToken: RequestToken;
  readonly audited: AuditEvent[];
  /** What the registry was asked for, in order. */
  readonly asked: RegistryNames[];
  /** What was marked as used, in order. */
  readonly marked: AssertionUse[];
}

const nothingFetched: Documents = {
  fetchJson: () => Promise.resolve({ ok: false, refusal: { reason: 'unreachable' } }),
};

/** The token endpoint as it is composed, with every port answering a fixed thing. */
export function anIssuer(input: IssuerInput = {}): AnIssuer {
  const audited: AuditEvent[] = [];
  const marked: AssertionUse[] = [];
  const asked: RegistryNames[] = [];
  const entries = registryOf({
    clients: [aClient()],
    agents: [anAgent()],
    resources: [aResource()],
    ...input,
  });
  const registry: RegistryReader = {
    resources: entries.resources,
    view: (names) => {
      asked.push(names);
      return entries.view(names);
    },
  };
  const ring = input.ring ?? aKeyRing(aSigningKey(), aStandbyKey());
  let drawn = 0;
  const random = () => `random-${++drawn}`;
  const replay: AssertionReplay = {
    markUsed: (use) => {
      marked.push(use);
      return Promise.resolve(input.isFirstUse ?? true);
    },
  };
  const requestToken = tokenEndpoint({
    endpoint: 'token',
    issuer,
    mutualTls: undefined,
    authenticateClient: clientAuthentication({
      registry,
      keys: clientKeys(input.documents ?? nothingFetched),
      audiences: { issuer, tokenEndpoint: tokenEndpointUrl },
      issuerHosts: 'public',
    }),
    limits: input.limits ?? limitsOver(fullBuckets),
    grants: [clientCredentialsGrant(registry)],
    issue: tokenIssuer({
      issuer,
      lifetimeSeconds: 900,
      keyRings: { current: () => Promise.resolve(ring) },
      signer: processSigner,
      opaque: { keep: () => Promise.resolve() },
      random,
    }),
    replay,
    proofs: { markUsed: () => Promise.resolve(true) },
    nonces: undefined,
    random,
    audit: (event) => audited.push(event),
  });
  return { requestToken, audited, asked, marked };
}
