import { randomBytes } from 'node:crypto';
import type {
  Connection,
  ConnectionPlace,
  Connections,
  Holder,
  KeptSecret,
  KeptTokens,
} from '../../../lambdas/ports/connections.ts';
import { after, type Instant, instant } from '../../../lambdas/runtime/clock.ts';
import type {
  AgentId,
  ConnectionId,
  EgressProviderId,
  IdpId,
  PersonId,
  ScopeName,
} from '../../../lambdas/runtime/identifiers.ts';
import { fresh } from './mothers.ts';

export const now = instant(1_800_000_000);

export type NewConnection = Parameters<Connections['connect']>[0];

export function sealedAs(name: string): KeptSecret {
  return { in: 'item', wrappedKey: 'a2V5', iv: 'aXY=', ciphertext: name };
}

export function someTokens(name: string, overrides: Partial<KeptTokens> = {}): KeptTokens {
  return {
    ...{ access: sealedAs(`${name} access`), accessUntil: after(now, 3_600) },
    ...{ grant: sealedAs(`${name} grant`), dueAt: after(now, 2_800) },
    ...{ upstreamScopes: ['repo', 'read:org'], facts: [{ name: 'login', value: 'alice' }] },
    ...overrides,
  };
}

export function aPerson(name: string = fresh('person')): Holder {
  return { kind: 'person', person: name as PersonId, idp: 'company' as IdpId };
}

/** A place that no other test has. */
export function aPlace(overrides: Partial<ConnectionPlace> = {}): ConnectionPlace {
  return { provider: 'github' as EgressProviderId, holder: aPerson(), ...overrides };
}

export function aConnection(overrides: Partial<NewConnection> = {}): NewConnection {
  return {
    ...aPlace(),
    ...{ connection: randomBytes(16).toString('base64url') as ConnectionId, attempt: fresh('attempt') },
    agents: [{ agent: 'planner' as AgentId, scopes: ['issues:read' as ScopeName] }],
    ...{ connectedBy: 'person.alice' as PersonId, madeFor: { by: 'deployment' }, ...someTokens('first') },
    ...overrides,
  };
}

export async function found(connections: Connections, place: ConnectionPlace): Promise<Connection> {
  const connection = await connections.find(place);
  if (connection === undefined) throw new Error('nothing is connected');
  return connection;
}

export async function connected(
  connections: Connections,
  overrides: Partial<NewConnection> = {},
): Promise<Connection> {
  const connection = aConnection(overrides);
  if (!(await connections.connect(connection, now))) throw new Error('something is connected already');
  return found(connections, connection);
}

export function leased(
  connections: Connections,
  connection: Connection,
  attempt: string,
  at: Instant = now,
): Promise<boolean> {
  return connections.lease(connection, { attempt, until: after(at, 30) }, at);
}
