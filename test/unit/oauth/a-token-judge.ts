import { clientAuthentication } from '../../../lambdas/oauth/client-authentication/authenticate-client.ts';
import { clientKeys } from '../../../lambdas/oauth/client-authentication/client-keys.ts';
import type { CallerLimits } from '../../../lambdas/oauth/limits/caller-limits.ts';
import {
  introspectionEndpoint,
  type Introspect,
} from '../../../lambdas/oauth/introspection/introspection-endpoint.ts';
import type { DocumentPolicy } from '../../../lambdas/oauth/registration/document-trust.ts';
import { revocationEndpoint, type Revoke } from '../../../lambdas/oauth/revocation/revocation-endpoint.ts';
import type { Agent, Client, Resource } from '../../../lambdas/ports/registry.ts';
import type { StoredGrant } from '../../../lambdas/ports/grants.ts';
import type { AssertionUse } from '../../../lambdas/ports/replay.ts';
import type { Revocation } from '../../../lambdas/ports/revocations.ts';
import type { KeyRing, Signer } from '../../../lambdas/ports/signing.ts';
import type {
  HeldToken,
  HolderStanding,
  TaskStanding,
  TokenNames,
  TokenStanding,
} from '../../../lambdas/ports/token-standing.ts';
import { signJwt } from '../../../lambdas/oauth/tokens/sign-jwt.ts';
import type { AuditEvent } from '../../../lambdas/runtime/events.ts';
import type { Instant } from '../../../lambdas/runtime/clock.ts';
import type { ClientId, GrantId } from '../../../lambdas/runtime/identifiers.ts';
import { fullBuckets, limitsOver } from './limits.ts';
import {
  aClient,
  aKeyRing,
  anAgent,
  aResource,
  aSigningKey,
  aStandbyKey,
  aStoredSecret,
  issuer,
  now,
  processSigner,
  registryOf,
  theSecret,
  tokenEndpointUrl,
} from './mothers.ts';

/** The server of the demo resource. */
export function aServerClient(overrides: Partial<Client> = {}): Client {
  const { state, managedBy, createdAt, updatedAt } = aClient();
  return {
    ...{ state, managedBy, createdAt, updatedAt, id: 'demo-server' as ClientId, name: 'Demo server' },
    resource: aResource().uri,
    grantTypes: [],
    authentication: { method: 'client_secret_basic', secrets: [aStoredSecret(theSecret)] },
    ...overrides,
  };
}

export const theClaims = {
  iss: issuer,
  sub: 'planner-client',
  aud: 'https://mcp.example.com/mcp',
  client_id: 'planner-client',
  agent_id: 'planner',
  scope: 'tools:read',
  jti: 'jti-1',
  iat: now,
  exp: now + 900,
} as const;

/** A flawless token; overrides replace claims, `undefined` removes them. */
export function aToken(claims: object = {}, typ = 'at+jwt', kid = aSigningKey().kid): Promise<string> {
  return signJwt(processSigner, aSigningKey({ kid }), typ, { ...theClaims, ...claims });
}

interface JudgeInput {
  readonly clients?: readonly Client[];
  readonly agents?: readonly Agent[];
  readonly resources?: readonly Resource[];
  readonly ring?: KeyRing;
  readonly isRevoked?: boolean;
  /** Those of its chain that were. */
  readonly revokedJtis?: readonly string[];
  readonly grant?: TokenStanding['grant'];
  /** Until when what others vouched for is ended. */
  readonly personEndedUntil?: Instant;
  /** The tasks that are kept. */
  readonly tasks?: readonly TaskStanding[];
  /** The grant behind a refresh token. */
  readonly kept?: StoredGrant;
  readonly isFirstUse?: boolean;
  readonly signer?: Signer;
  readonly documentPolicy?: DocumentPolicy;
  /** Nobody reaches a limit when absent. */
  readonly limits?: CallerLimits;
}

export interface TokenJudge {
  readonly introspect: Introspect;
  readonly revoke: Revoke;
  readonly audited: AuditEvent[];
  readonly marked: AssertionUse[];
  readonly revoked: Revocation[];
  /** Ids and reasons of grants that were ended, and the ids of those that were forgotten upstream. */
  readonly ended: (readonly [GrantId, string])[];
  readonly forgotten: GrantId[];
  /** What was read past the cache, in order. */
  readonly asked: TokenNames[];
}

/** Introspection and revocation as they are composed, with every port answering a fixed thing. */
export function aTokenJudge(input: JudgeInput = {}): TokenJudge {
  const entries = {
    clients: [aClient(), aServerClient()],
    agents: [anAgent()],
    resources: [aResource()],
    ...input,
  };
  const [audited, marked, revoked, asked]: [AuditEvent[], AssertionUse[], Revocation[], TokenNames[]] = [
    [],
    [],
    [],
    [],
  ];
  const [ended, forgotten]: [TokenJudge['ended'], TokenJudge['forgotten']] = [[], []];
  const ring = input.ring ?? aKeyRing(aSigningKey(), aStandbyKey());
  const ports = {
    issuer,
    authenticateClient: clientAuthentication({
      registry: registryOf(entries),
      keys: clientKeys({
        fetchJson: () => Promise.resolve({ ok: false, refusal: { reason: 'unreachable' } }),
      }),
      audiences: { issuer, tokenEndpoint: tokenEndpointUrl },
      issuerHosts: 'public',
    }),
    limits: input.limits ?? limitsOver(fullBuckets),
    keyRings: { current: () => Promise.resolve(ring) },
    opaque: { find: () => Promise.resolve(undefined) },
    replay: {
      markUsed: (use: AssertionUse) => {
        marked.push(use);
        return Promise.resolve(input.isFirstUse ?? true);
      },
    },
    random: () => 'random',
    audit: (event: AuditEvent) => audited.push(event),
  };
  const holderOf = ({ jti, clientId, agentId }: HeldToken): HolderStanding => {
    const client = entries.clients.find(({ id }) => id === clientId);
    const agent = entries.agents.find(({ id }) => id === agentId);
    const isRevoked = input.revokedJtis?.includes(jti) ?? false;
    return { isRevoked, ...(client && { client }), ...(agent && { agent }) };
  };
  const introspect = introspectionEndpoint({
    ...ports,
    signer: input.signer ?? processSigner,
    documentPolicy: input.documentPolicy,
    standings: {
      read: (names) => {
        asked.push(names);
        const resource = entries.resources.find(({ uri }) => uri === names.resource);
        return Promise.resolve({
          ...holderOf(names),
          isRevoked: input.isRevoked ?? false,
          chain: (names.chain ?? []).map(holderOf),
          ...(resource && { resource }),
          ...(input.grant && { grant: input.grant }),
          ...(names.tasks && {
            tasks: (input.tasks ?? []).filter(({ terms: { id } }) => names.tasks?.includes(id)),
          }),
          ...(input.personEndedUntil !== undefined && { personEndedUntil: input.personEndedUntil }),
        });
      },
    },
  });
  const revoke = revocationEndpoint({
    ...ports,
    people: {
      grants: {
        find: () => Promise.resolve(input.kept),
        end: (id, { reason }) => {
          ended.push([id, reason]);
          return Promise.resolve(input.kept?.ended === undefined);
        },
      },
      standings: {
        forget: (id) => {
          forgotten.push(id);
          return Promise.resolve();
        },
      },
    },
    revocations: {
      revoke: (revocation) => {
        revoked.push(revocation);
        return Promise.resolve();
      },
    },
  });
  return { introspect, revoke, audited, marked, revoked, ended, forgotten, asked };
}
