import { clientAuthentication } from '../../../../lambdas/oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../../../lambdas/oauth/client-authentication/client-keys.ts';
import type { EgressPorts } from '../../../../lambdas/oauth/egress/egress-access.ts';
import type { Subject } from '../../../../lambdas/oauth/exchange/subject.ts';
import { tokenExchangeGrant } from '../../../../lambdas/oauth/exchange/token-exchange.ts';
import { accessTokenType, exchangeGrantType } from '../../../../lambdas/oauth/exchange/token-types.ts';
import { clientCredentialsGrant } from '../../../../lambdas/oauth/grants/client-credentials.ts';
import { tokenEndpoint } from '../../../../lambdas/oauth/token-endpoint.ts';
import type { RequestToken, TokenRequest } from '../../../../lambdas/oauth/token-request.ts';
import { tokenIssuer } from '../../../../lambdas/oauth/tokens/issue.ts';
import type { Connecting, ConnectionStanding } from '../../../../lambdas/ports/connecting.ts';
import type { EgressProvider, EgressScope } from '../../../../lambdas/ports/egress-providers.ts';
import type { IdentityProvider } from '../../../../lambdas/ports/identity-providers.ts';
import type { Client, Resource } from '../../../../lambdas/ports/registry.ts';
import { instant } from '../../../../lambdas/runtime/clock.ts';
import type { AuditEvent } from '../../../../lambdas/runtime/events.ts';
import type {
  AgentId,
  ClientId,
  ConnectionId,
  EgressProviderId,
  GrantId,
  IdpId,
  ResourceId,
} from '../../../../lambdas/runtime/identifiers.ts';
import { ok } from '../../../../lambdas/runtime/result.ts';
import { aTokenRequest } from '../a-token-request.ts';
import { fullBuckets, limitsOver } from '../limits.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  issuer,
  now,
  processSigner,
  registryOf,
  scopes,
  tokenEndpointUrl,
  uri,
} from '../mothers.ts';

export const github = uri(`${issuer}/egress/github`);
export const connection = 'c'.repeat(22) as ConnectionId;
export const connected = {
  ...{ kind: 'connected', connection, scopes: scopes('issues.read', 'issues.write') },
} as const satisfies ConnectionStanding;
export const [reading, writing] = [
  [{ methods: ['GET'], path: '/repos/*/*/issues' }],
  [{ methods: ['POST'], path: '/repos/*/*/issues', body: [{ pointer: '/state', absent: true }] }],
] as const satisfies readonly EgressScope['rules'][];

const { state, managedBy, createdAt, updatedAt } = aResource();
const [read, write] = scopes('issues.read', 'issues.write');

export function aProvider(overrides: Partial<EgressProvider> = {}): EgressProvider {
  return {
    ...{
      state,
      managedBy,
      createdAt,
      updatedAt,
      id: 'github' as EgressProviderId,
      uri: github,
      name: 'GitHub',
    },
    scopes: [
      { name: read!, upstream: ['repo'], rules: reading },
      { name: write!, upstream: ['repo'], rules: writing },
    ],
    api: { origins: ['https://api.github.com'], headers: [], responseHeaders: [] },
    credential: {
      ...{ kind: 'oauth2', authorizationEndpoint: 'https://github.com/login/oauth/authorize' },
      ...{ tokenEndpoint: 'https://github.com/login/oauth/access_token', clientId: 'ours' },
      ...{ clientAuthentication: 'client_secret_post', authorizationParameters: [] },
      ...{ scopeParameter: 'scope', scopeSeparator: ' ', body: 'form', headers: [] },
      ...{ answer: { facts: [] }, refresh: { kind: 'rotating' } },
      revocation: { kind: 'by_hand', page: 'https://github.com/settings' },
    },
    agents: [{ agent: 'planner' as AgentId, name: 'Planner', scopes: scopes('issues.read', 'issues.write') }],
    groups: [],
    ...overrides,
  };
}

export const ofService = { kind: 'api_key', place: 'header', name: 'x-api-key', prefix: '' } as const;
export const triage = { id: 'triage', agents: ['planner' as AgentId], connectors: ['lead'] };

/** Alice, who signed in here and sent the agent her token. */
export function alice(overrides: Partial<Subject> = {}): Subject {
  return {
    ...{ kind: 'person', id: 'person.alice', presentedBy: { actors: ['planner' as AgentId] } },
    scope: { held: scopes('tools:read') },
    expiresAt: instant(now + 900),
    ...{
      jtis: ['first'],
      holders: [{ clientId: 'assistant' as ClientId, expiresAt: now + 900 }],
      actors: [],
    },
    ...{ granted: { id: 'granted' as GrantId, roles: [] }, idp: 'entra' as IdpId },
    ...overrides,
  };
}

const entra: IdentityProvider = {
  ...{ state, managedBy, createdAt, updatedAt, id: 'entra' as IdpId, name: 'Company', profile: 'generic' },
  ...{ issuer: 'https://idp.example.com', clientId: 'vestibule', clientProof: { method: 'client_secret' } },
  ...{ dpop: false, scopes: ['openid'], domains: [], subjectClaim: 'sub', onLogout: 'sessions' },
};

interface VaultInput {
  readonly provider?: EgressProvider | 'none';
  readonly resource?: Partial<Resource>;
  readonly client?: Partial<Client>;
  readonly subject?: Subject;
  readonly standing?: ConnectionStanding | Error;
  readonly narrowed?: Awaited<ReturnType<Connecting['narrow']>>;
}

export interface VaultIssuer {
  readonly requestToken: RequestToken;
  readonly audited: AuditEvent[];
  /** What was asked about connections, in order. */
  readonly asked: (readonly ['standing' | 'narrow', ...unknown[]])[];
}

/** The token endpoint of a deployment with a third party, as it is composed, with every port answering a fixed thing. */
export function aVaultIssuer(input: VaultInput = {}): VaultIssuer {
  const audited: AuditEvent[] = [];
  const asked: VaultIssuer['asked'] = [];
  const { provider = aProvider(), standing = connected } = input;
  const registry = registryOf({
    clients: [
      aClient({
        ...{ grantTypes: ['client_credentials', exchangeGrantType, 'refresh_token'] },
        ...input.client,
      }),
    ],
    agents: [
      anAgent({
        catalogue: [{ resource: github, required: scopes('issues.read'), optional: scopes('issues.write') }],
        delegations: [
          {
            ...{ resource: github, subjects: ['person', 'agent'], mode: 'delegation', refresh: true },
            scopes: [
              { name: read!, from: scopes('tools:read') },
              { name: write!, from: scopes('tools:read') },
            ],
          },
        ],
      }),
    ],
    resources: [
      aResource({
        ...{ id: 'github' as ResourceId, uri: github, kind: 'egress', name: 'GitHub' },
        scopes: [
          { name: read!, description: 'Read issues' },
          { name: write!, description: 'Write issues' },
        ],
        ...input.resource,
      }),
    ],
  });
  const egress: EgressPorts = {
    issuer,
    providers: {
      find: (id: string) => Promise.resolve(provider !== 'none' && provider.id === id ? provider : undefined),
    },
    connecting: {
      standing: (...question: Parameters<Connecting['standing']>) => {
        asked.push(['standing', ...question]);
        return standing instanceof Error ? Promise.reject(standing) : Promise.resolve(standing);
      },
      narrow: (...question: Parameters<Connecting['narrow']>) => {
        asked.push(['narrow', ...question]);
        return Promise.resolve(input.narrowed ?? { kind: 'not_narrowable' });
      },
    },
  };
  const random = () => 'random';
  const ring = aKeyRing(aSigningKey());
  const exchange = tokenExchangeGrant({
    ...{ registry, issuer, maximumDepth: 4, egress },
    identityProviders: { all: () => Promise.resolve([entra]) },
    apis: {
      find: () => Promise.resolve(undefined),
      exchange: () => Promise.reject(new Error('there is no API')),
    },
    subjects: [
      {
        types: [accessTokenType],
        read: () => Promise.resolve(ok(input.subject ?? alice())),
      },
    ],
    judgeActor: () => Promise.resolve(ok(true)),
    people: undefined,
  });
  const requestToken = tokenEndpoint({
    ...{ endpoint: 'token', issuer, mutualTls: undefined, egress, random, nonces: undefined },
    authenticateClient: clientAuthentication({
      registry,
      keys: clientKeys({ fetchJson: () => Promise.reject(new Error('nothing is fetched')) }),
      audiences: { issuer, tokenEndpoint: tokenEndpointUrl },
      ...{ issuerHosts: 'public', callers: undefined },
    }),
    limits: limitsOver(fullBuckets),
    grants: [clientCredentialsGrant(registry), exchange],
    issue: tokenIssuer({
      ...{ issuer, lifetimeSeconds: 900, random, signer: processSigner },
      keyRings: { current: () => Promise.resolve(ring) },
      opaque: { keep: () => Promise.resolve() },
    }),
    replay: { markUsed: () => Promise.resolve(true) },
    proofs: { markUsed: () => Promise.resolve(true) },
    audit: (event) => audited.push(event),
  });
  return { requestToken, audited, asked };
}

interface Asked {
  readonly scope?: string;
  readonly requestedType?: string;
  readonly details?: unknown;
}

/** In the agent's own name. */
export function asItself({ scope }: Asked = {}): TokenRequest {
  return aTokenRequest({ resources: [github], values: { ...(scope !== undefined && { scope }) } });
}

/** In the name of whoever sent it a token. */
export function onBehalf({ scope, requestedType, details }: Asked = {}): TokenRequest {
  return aTokenRequest({
    resources: [github],
    values: {
      ...{ grant_type: exchangeGrantType, subject_token: 'sent', subject_token_type: accessTokenType },
      ...(scope !== undefined && { scope }),
      ...(requestedType !== undefined && { requested_token_type: requestedType }),
      ...(details !== undefined && { authorization_details: JSON.stringify(details) }),
    },
  });
}
