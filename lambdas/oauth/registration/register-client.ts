import { type ClientRegistrations, isStoppedForGood } from '../../ports/client-registrations.ts';
import type { Enrolling } from '../../ports/enrolments.ts';
import type { RegistrationToken, RegistrationTokens } from '../../ports/registration-tokens.ts';
import type { Client, ClientAuthentication, SelfRegistration, StoredSecret } from '../../ports/registry.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { DependencyUnavailable } from '../../runtime/dependency.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { logger } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { ClientMetadata, MetadataPolicy } from './client-metadata.ts';
import type { RegistrationRefusal } from './refusal.ts';
import type { SoftwareStatements } from './software-statement.ts';
import { readStatedMetadata, sameness } from './stated-metadata.ts';

export interface RegistrationPolicy extends MetadataPolicy {
  /** `approval`: an operator enables a client before people can use it. */
  readonly mode: 'open' | 'approval' | 'initial_access_token';
  /** How long a client lives that no person has used. Seconds. */
  readonly unusedSeconds: number;
}

export interface RegistrationPorts {
  readonly clients: ClientRegistrations;
  readonly statements: SoftwareStatements;
  readonly tokens: RegistrationTokens;
  readonly enrolling: Enrolling;
  readonly policy: RegistrationPolicy;
  /** Only what makes a new record counts: hosted clients share an address, and register the same again and again. */
  readonly limit: AddressLimit;
  readonly random: Random;
}

export interface RegistrationRequest {
  readonly body: unknown;
  readonly requestId: string;
  readonly sourceAddress: string;
  /** The initial access token that admitted it, where the policy demands one. */
  readonly token: RegistrationToken | undefined;
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
  { body, requestId, sourceAddress, token }: RegistrationRequest,
  now: Instant,
): Outcome {
  const read = await readStatedMetadata(ports, body, now);
  if (!read.ok) return read;
  const metadata = read.value;
  if (token !== undefined) return registerByToken(ports, token, metadata, requestId, now);
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

/**
 * A record of its own, with a secret or without: each use of a token is one client, which its holder manages. Where it is to
 * be a client of its own at identity providers, it is that first: from when it is registered people sign in with it.
 */
async function registerByToken(
  ports: RegistrationPorts,
  token: RegistrationToken,
  metadata: ClientMetadata,
  requestId: string,
  now: Instant,
): Outcome {
  const spent = refuse({ reason: 'initial_access_token_spent', registrationTokenId: token.id } as const);
  // Decided when it is counted; who comes with a spent token makes no client anywhere until then.
  if (token.uses !== undefined && token.uses.made >= token.uses.most) return spent;
  const { enrolling } = ports;
  const made = ownRecord(metadata, ports, now, {
    registrationTokenId: token.id,
    ...(enrolling.idps.length > 0 && { enrolledAt: enrolling.idps }),
  });
  const { id } = made.client;
  if (enrolling.idps.length > 0) {
    const enrolled = await enrolling.enrol(id, metadata.name);
    if (!enrolled.ok) return enrolled;
  }
  // Where it is not known whether it was written, the sweep sees which.
  const kept = await ports.tokens.register(token, made.client, now, requestId);
  if (kept) return ok({ ...made, created: true });
  await leaveQuietly(ports, made.client);
  return spent;
}

/** A client is gone here: what does not succeed at its providers now is left to the sweep. */
export function leaveQuietly(
  { enrolling }: Pick<RegistrationPorts, 'enrolling'>,
  client: Client,
): Promise<void> {
  return quietly(client, () => enrolling.leave(client.id));
}

/** The same where it has another name. */
export function renameQuietly(
  { enrolling }: Pick<RegistrationPorts, 'enrolling'>,
  client: Client,
): Promise<void> {
  return quietly(client, () => enrolling.rename(client.id, client.name));
}

async function quietly({ id, registered }: Client, change: () => Promise<void>): Promise<void> {
  if (registered?.enrolledAt === undefined) return;
  try {
    await change();
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    logger.warn('what a client is at an identity provider is left to the sweep', { clientId: id, error });
  }
}

/** Until when a client that registered itself is known. */
export function isLive(client: Client, now: Instant): boolean {
  return client.expiresAt === undefined || now < client.expiresAt || isStoppedForGood(client);
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

function ownRecord(
  metadata: ClientMetadata,
  { policy, random }: RegistrationPorts,
  now: Instant,
  own: Pick<SelfRegistration, 'registrationTokenId' | 'enrolledAt'> = {},
) {
  const [secret, token] = [needsSecret(metadata) ? random(32) : undefined, random(32)];
  const client = clientOf(`dyn_${random(24)}` as ClientId, metadata, policy, now, {
    tokenDigest: sha256(token),
    ...(secret !== undefined && { secret: { id: random(6), digest: sha256(secret), createdAt: now } }),
    ...own,
  });
  return {
    client,
    ...(secret !== undefined && { secret: new Secret(secret) }),
    accessToken: new Secret(token),
  };
}

/** What a client does not share with others that register the same. */
interface OwnRecord extends Pick<SelfRegistration, 'tokenDigest' | 'registrationTokenId' | 'enrolledAt'> {
  readonly secret?: StoredSecret;
}

function clientOf(
  id: ClientId,
  metadata: ClientMetadata,
  { mode, unusedSeconds }: RegistrationPolicy,
  now: Instant,
  { secret, ...own }: OwnRecord,
): Client {
  return {
    id,
    ...described(metadata, secret === undefined ? [] : [secret]),
    consent: 'asked',
    expiresAt: after(now, unusedSeconds),
    registered: {
      metadata: metadata.echo,
      ...own,
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
): Pick<
  Client,
  | ('name' | 'grantTypes' | 'authentication')
  | ('redirectUris' | 'postLogoutRedirectUris')
  | ('pushesRequests' | 'dpopBound' | 'certificateBound')
> {
  const { name, grantTypes, redirectUris, postLogoutRedirectUris } = metadata;
  const { pushesRequests, dpopBound, certificateBound } = metadata;
  const authentication = authenticationOf(metadata, secrets);
  return {
    ...{ name, grantTypes, redirectUris, authentication },
    ...(postLogoutRedirectUris.length > 0 && { postLogoutRedirectUris }),
    ...(pushesRequests && { pushesRequests }),
    ...(dpopBound && { dpopBound }),
    ...(certificateBound && { certificateBound }),
  };
}

function authenticationOf(
  { authentication }: ClientMetadata,
  secrets: readonly StoredSecret[],
): ClientAuthentication {
  switch (authentication.method) {
    case 'none':
      return { method: authentication.method };
    case 'private_key_jwt':
    case 'tls_client_auth':
      return authentication;
    case 'client_secret_basic':
    case 'client_secret_post':
      return { method: authentication.method, secrets };
  }
}
