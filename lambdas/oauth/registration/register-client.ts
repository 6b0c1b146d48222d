import type { ClientRegistrations } from '../../ports/client-registrations.ts';
import type { Client, ClientAuthentication, StoredSecret } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { ClientMetadata } from './client-metadata.ts';
import type { RegistrationRefusal } from './refusal.ts';
import type { SoftwareStatements } from './software-statement.ts';
import { readStatedMetadata, sameness } from './stated-metadata.ts';

export interface RegistrationPolicy {
  /** `approval`: an operator enables a client before people can use it. */
  readonly mode: 'open' | 'approval';
  readonly customRedirectUris: readonly string[];
  /** How long a client lives that no person has used. Seconds. */
  readonly unusedSeconds: number;
}

export interface RegistrationPorts {
  readonly clients: ClientRegistrations;
  readonly statements: SoftwareStatements;
  readonly policy: RegistrationPolicy;
  /** Only what makes a new record counts: hosted clients share an address, and register the same again and again. */
  readonly limit: AddressLimit;
  readonly random: Random;
}

export interface RegistrationRequest {
  readonly body: unknown;
  readonly requestId: string;
  readonly sourceAddress: string;
}

/** A client as it is told of itself; what is secret in it is shown this once and kept as a digest. */
export interface Registered {
  readonly client: Client;
  readonly created: boolean;
  readonly secret?: Secret;
  readonly accessToken?: Secret;
}

type Outcome = Promise<Result<Registered, RegistrationRefusal>>;

/**
 * Registers a client (RFC 7591). One that has no secret is known by what it registers: all who register the same share one
 * record, which nobody can change, so that a client that comes again finds itself and nothing piles up.
 */
export async function registerClient(
  ports: RegistrationPorts,
  { body, requestId, sourceAddress }: RegistrationRequest,
  now: Instant,
): Outcome {
  const read = await readStatedMetadata(ports, body, now);
  if (!read.ok) return read;
  const metadata = read.value;
  const made = needsSecret(metadata) ? ownRecord(metadata, ports, now) : sharedRecord(metadata, ports, now);
  const known = await ports.clients.find(made.client.id);
  if (known !== undefined && isLive(known.client, now)) {
    const client = await renewed(ports, known, now, requestId);
    return ok({ client: withOwnStatement(client, metadata), created: false });
  }
  const counted = await ports.limit.count(sourceAddress, now);
  if (!counted.ok) return counted;
  const client = await ports.clients.create(made.client, now, requestId);
  return ok({ ...made, client: withOwnStatement(client, metadata), created: true });
}

/** Those who share a record differ in the statement at most, and each is told its own. */
function withOwnStatement(client: Client, { echo }: ClientMetadata): Client {
  return { ...client, ...(client.registered && { registered: { ...client.registered, metadata: echo } }) };
}

/** Until when a client that registered itself is known. */
export function isLive({ expiresAt, state, registered }: Client, now: Instant): boolean {
  const isStopped = state === 'disabled' && registered?.awaitsApproval !== true;
  return isStopped || expiresAt === undefined || now < expiresAt;
}

/** Whoever registers again is about to send a person: the client lives long enough for that. */
async function renewed(
  { clients, policy }: RegistrationPorts,
  known: { readonly client: Client; readonly version: number },
  now: Instant,
  requestId: string,
): Promise<Client> {
  const { client } = known;
  const until = after(now, policy.unusedSeconds);
  const hasHalf = client.expiresAt === undefined || client.expiresAt - now > policy.unusedSeconds / 2;
  if (hasHalf || client.state === 'disabled') return client;
  const longer: Client = { ...client, expiresAt: until };
  // Another change came between: it was of somebody who had the client in hand, and the next registration prolongs it.
  return (await clients.replace(known, longer, requestId)) ? longer : client;
}

function needsSecret({ authentication }: ClientMetadata): boolean {
  return authentication.method === 'client_secret_basic' || authentication.method === 'client_secret_post';
}

function sharedRecord(metadata: ClientMetadata, { policy }: RegistrationPorts, now: Instant) {
  const id = `dyn_${sha256(sameness({ ...metadata.echo, mode: policy.mode }))}` as ClientId;
  return { client: clientOf(id, metadata, policy, now, {}) };
}

function ownRecord(metadata: ClientMetadata, { policy, random }: RegistrationPorts, now: Instant) {
  const [secret, token] = [random(32), random(32)];
  const stored = { id: random(6), digest: sha256(secret), createdAt: now };
  const id = `dyn_${random(24)}` as ClientId;
  const client = clientOf(id, metadata, policy, now, { tokenDigest: sha256(token), secret: stored });
  return { client, secret: new Secret(secret), accessToken: new Secret(token) };
}

function clientOf(
  id: ClientId,
  metadata: ClientMetadata,
  { mode, unusedSeconds }: RegistrationPolicy,
  now: Instant,
  own: { readonly tokenDigest?: string; readonly secret?: StoredSecret },
): Client {
  return {
    id,
    ...described(metadata, own.secret === undefined ? [] : [own.secret]),
    consent: 'asked',
    expiresAt: after(now, unusedSeconds),
    registered: {
      metadata: metadata.echo,
      ...(own.tokenDigest !== undefined && { tokenDigest: own.tokenDigest }),
      awaitsApproval: mode === 'approval',
    },
    state: mode === 'approval' ? 'disabled' : 'active',
    managedBy: { kind: 'self' },
    createdAt: now,
    updatedAt: now,
  };
}

/** What of a client its metadata says. */
export function described(
  metadata: ClientMetadata,
  secrets: readonly StoredSecret[],
): Pick<Client, 'name' | 'grantTypes' | 'authentication' | 'redirectUris'> {
  const { name, grantTypes, redirectUris } = metadata;
  return { name, grantTypes, redirectUris, authentication: authenticationOf(metadata, secrets) };
}

function authenticationOf(
  { authentication }: ClientMetadata,
  secrets: readonly StoredSecret[],
): ClientAuthentication {
  switch (authentication.method) {
    case 'none':
      return { method: authentication.method };
    case 'private_key_jwt':
      return authentication;
    case 'client_secret_basic':
    case 'client_secret_post':
      return { method: authentication.method, secrets };
  }
}
