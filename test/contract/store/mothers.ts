import { randomUUID } from 'node:crypto';
import type { ChangeRecord } from '../../../lambdas/ports/registry-store.ts';
import type { Family, StoredGrant, Superseded } from '../../../lambdas/ports/grants.ts';
import type { DownstreamApi } from '../../../lambdas/ports/downstream-apis.ts';
import type { Agent, Client, Registration, Resource } from '../../../lambdas/ports/registry.ts';
import { after, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  ApiId,
  Audience,
  ClientId,
  GrantId,
  IdpId,
  PersonId,
  ResourceId,
  ResourceUri,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';

const registration: Registration = {
  state: 'active',
  managedBy: { kind: 'deployment', deployment: 'Vestibule' },
  createdAt: instant(1_800_000_000),
  updatedAt: instant(1_800_000_000),
};

/** Names that no other test has. */
export function fresh(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 13)}`;
}

export function aResource(overrides: Partial<Resource> = {}): Resource {
  const id = overrides.id ?? (fresh('resource') as ResourceId);
  const uri = overrides.uri ?? (`https://${id}.example.com/mcp` as ResourceUri);
  return {
    ...registration,
    ...{ id, uri, audience: uri as string as Audience, kind: 'mcp-server', name: 'Orders' },
    scopes: [{ name: 'tools:read' as ScopeName, description: 'List tools' }],
    ...overrides,
  };
}

export function anApi(overrides: Partial<DownstreamApi> = {}): DownstreamApi {
  const id = overrides.id ?? (fresh('api') as ApiId);
  return {
    ...registration,
    ...{ id, uri: `https://${id}.example.com` as ResourceUri, idp: 'company' as IdpId },
    strategy: { kind: 'rfc8693', audience: 'files' },
    scopes: [{ name: 'read' as ScopeName, upstream: 'files.read' }],
    ...overrides,
  };
}

export function anAgent(overrides: Partial<Agent> = {}): Agent {
  return {
    ...registration,
    ...{ id: fresh('agent') as AgentId, name: 'Planner', owner: 'platform' },
    catalogue: [
      {
        resource: 'https://mcp.example.com/mcp' as ResourceUri,
        required: ['tools:read' as ScopeName],
        optional: [],
      },
    ],
    ...overrides,
  };
}

export function aClient(overrides: Partial<Client> = {}): Client {
  return {
    ...registration,
    ...{ id: fresh('client') as ClientId, name: 'Planner client', agentId: 'planner' as AgentId },
    grantTypes: ['client_credentials'],
    authentication: {
      method: 'client_secret_basic',
      secrets: [{ id: 'first', digest: 'a'.repeat(43), createdAt: instant(1_800_000_000) }],
    },
    ...overrides,
  };
}

/** A client that is the role of that name, or the roles under that path. */
export function aRoleClient(name: string, overrides: Partial<Client> = {}): Client {
  return aClient({
    authentication: {
      method: 'aws_iam_jwt',
      workload: {
        ...{ issuer: awsIssuer, role: `arn:aws:iam::123456789012:role/${name}` },
        ...{ principalTags: {}, lambdaFunctions: [] },
      },
    },
    ...overrides,
  });
}

export const awsIssuer = 'https://01234567-89ab-cdef-0123-456789abcdef.tokens.sts.global.api.aws';

export function aChange(overrides: Partial<ChangeRecord> = {}): ChangeRecord {
  return {
    event: 'changed',
    actor: 'deployment/Vestibule',
    at: instant(1_800_000_000),
    requestId: randomUUID(),
    ...overrides,
  };
}

/** A grant whose code was just issued. */
export function aGrant(overrides: Partial<StoredGrant> = {}): StoredGrant {
  const createdAt = overrides.createdAt ?? instant(1_800_000_000);
  return {
    terms: {
      ...{ id: fresh('grant') as GrantId, clientId: 'planner-client' as ClientId },
      person: { id: 'person.alice' as PersonId, idp: 'demo' as IdpId, roles: [] },
      resource: 'https://mcp.example.com/mcp' as ResourceUri,
      ...{ scope: ['tools:read' as ScopeName], offline: true, keptUpstream: false },
    },
    createdAt,
    code: {
      ...{ digest: fresh('digest'), redirectUri: 'https://client.example.com/callback' },
      ...{ codeChallenge: 'c'.repeat(43), expiresAt: after(createdAt, 60) },
    },
    ...overrides,
  };
}

export function aFamily(overrides: Partial<Family> = {}): Family {
  return {
    ...{ digest: fresh('family'), generation: 1, current: fresh('secret'), ring: [] },
    ...{ idleUntil: instant(1_802_592_000), absoluteUntil: instant(1_807_776_000) },
    ...overrides,
  };
}

/** The family after one more rotation. */
export function rotated(family: Family, current = fresh('secret')): Family {
  const superseded: Superseded = {
    ...{ digest: family.current, salt: fresh('salt'), until: instant(1_800_000_060) },
  };
  return {
    ...{ ...family, generation: family.generation + 1, current },
    ring: [superseded, ...family.ring].slice(0, 8),
  };
}
