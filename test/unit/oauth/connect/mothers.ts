import type { ConnectionSummary } from '../../../../lambdas/ports/connecting.ts';
import type { EgressProvider, OAuthEgress } from '../../../../lambdas/ports/egress-providers.ts';
import type { IdentityProvider } from '../../../../lambdas/ports/identity-providers.ts';
import type { Resource } from '../../../../lambdas/ports/registry.ts';
import { instant } from '../../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  Audience,
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
  ResourceId,
  ResourceUri,
  ScopeName,
} from '../../../../lambdas/runtime/identifiers.ts';

export const now = instant(1_800_000_000);
export const issuer = 'https://auth.example.com';
export const [read, write, admin] = ['issues:read', 'issues:write', 'org:admin'].map(
  (name) => name as ScopeName,
) as [ScopeName, ScopeName, ScopeName];
export const [triage, scribe, nightly] = ['triage', 'scribe', 'nightly'].map((id) => id as AgentId) as [
  AgentId,
  AgentId,
  AgentId,
];
const registered = {
  state: 'active',
  createdAt: now,
  updatedAt: now,
  managedBy: { kind: 'deployment', deployment: 'Vestibule' },
} as const;
const rules = [{ methods: ['GET'], path: '/repos/**' }];

const app: OAuthEgress = {
  ...{ kind: 'oauth2', clientId: 'our-app', clientAuthentication: 'client_secret_basic' },
  authorizationEndpoint: 'https://tracker.example/authorize',
  tokenEndpoint: 'https://tracker.example/token',
  ...{ authorizationParameters: [{ name: 'access_type', value: 'offline' }], scopeParameter: 'scope' },
  ...{ scopeSeparator: ' ', body: 'form', headers: [], answer: { facts: [] }, refresh: { kind: 'rotating' } },
  revocation: { kind: 'rfc7009', endpoint: 'https://tracker.example/revoke' },
};

/** A third party with an agent for people, another one, and one that has an account of its group. */
export function aProvider(
  changes: Partial<EgressProvider> = {},
  credential: Partial<OAuthEgress> = {},
): EgressProvider {
  return {
    ...registered,
    id: 'tracker' as EgressProviderId,
    uri: `${issuer}/egress/tracker` as ResourceUri,
    name: 'Tracker <b>',
    scopes: [
      { name: read, upstream: ['issue.read'], rules },
      { name: write, upstream: ['issue.read', 'issue.write'], rules },
      { name: admin, upstream: ['org'], rules },
    ],
    api: { origins: ['https://api.tracker.example'], headers: [], responseHeaders: [] },
    credential: { ...app, ...credential },
    agents: [
      { agent: triage, name: 'Triage', scopes: [read, write] },
      { agent: scribe, name: 'Scribe', scopes: [read] },
      { agent: nightly, name: 'Nightly', scopes: [read, admin], asItself: true },
    ],
    groups: [{ id: 'ops', agents: [nightly], connectors: ['lead'] }],
    ...changes,
  };
}

export function aResource({ uri, id, scopes }: EgressProvider): Resource {
  const descriptions = new Map<string, string>([
    [read, 'Read issues'],
    [write, 'Write issues'],
  ]);
  return {
    ...{ ...registered, uri, id: id as string as ResourceId, audience: uri as string as Audience },
    ...{ kind: 'egress', name: 'Tracker' },
    scopes: scopes.flatMap(({ name }) => {
      const description = descriptions.get(name);
      return description === undefined ? [] : [{ name, description }];
    }),
  };
}

export const bob = 'person.bob' as PersonId;
export const carol = 'person.carol' as PersonId;

export function aConnection(changes: Partial<ConnectionSummary> = {}): ConnectionSummary {
  return {
    provider: 'tracker' as EgressProviderId,
    connection: 'c'.repeat(22) as ConnectionId,
    state: 'active',
    connectedAt: now,
    agents: [{ agent: scribe, scopes: [read] }],
    upstreamScopes: ['issue.read'],
    ...changes,
  };
}

export function anIdp(id = 'company'): IdentityProvider {
  return {
    ...{ ...registered, id: id as IdpId, name: 'Company sign-in', profile: 'generic' },
    ...{ issuer: `https://${id}.example.com`, clientId: 'us', clientProof: { method: 'client_secret' } },
    ...{ dpop: false, scopes: ['openid'], domains: [], subjectClaim: 'sub' },
    onLogout: 'sessions',
    roles: [{ name: 'lead', groups: ['leads'], scopes: [] }],
  };
}
