import type { ClientRegistrations, RegisteredClient } from '../../ports/client-registrations.ts';
import type { Enrolling } from '../../ports/enrolments.ts';
import type { Client } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import { sameDigest, sha256 } from '../../runtime/digest.ts';
import type { ClientId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { isSecretOf } from '../client-authentication/client-secret.ts';
import type { ClientMetadata } from './client-metadata.ts';
import type { RegistrationRefusal } from './refusal.ts';
import {
  described,
  isLive,
  leaveQuietly,
  renameQuietly,
  type RegistrationPolicy,
} from './register-client.ts';
import type { SoftwareStatements } from './software-statement.ts';
import { readStatedMetadata, sameness } from './stated-metadata.ts';

export interface ManagementPorts {
  readonly clients: ClientRegistrations;
  readonly statements: SoftwareStatements;
  readonly policy: RegistrationPolicy;
  readonly enrolling: Enrolling;
}

/** Whose record is asked for, and with which registration access token. */
export interface ManagementRequest {
  readonly clientId: string;
  readonly token: Secret | undefined;
  readonly requestId: string;
}

type Outcome<Value> = Promise<Result<Value, RegistrationRefusal>>;

/** RFC 7592 §2.1. */
export async function readRegistration(
  ports: ManagementPorts,
  request: ManagementRequest,
  now: Instant,
): Outcome<Client> {
  const own = await ownRecord(ports, request, now);
  return own.ok ? ok(own.value.client) : own;
}

/**
 * RFC 7592 §2.2: all of the metadata anew. The id, the secret and the life stay, and so does what an operator decided;
 * but what one approved was the client as it was, so that where approval is needed a change waits for it again.
 */
export async function changeRegistration(
  ports: ManagementPorts,
  request: ManagementRequest & { readonly body: unknown },
  now: Instant,
): Outcome<Client> {
  const own = await ownRecord(ports, request, now);
  if (!own.ok) return own;
  const { client } = own.value;
  const read = await readStatedMetadata(ports, withoutOwnNames(request.body), now);
  if (!read.ok) return read;
  const problem =
    namesProblem(request.body, client) ?? methodProblem(read.value.authentication.method, client);
  if (problem !== undefined) return refuse({ reason: 'metadata_invalid', detail: problem });
  const secrets = 'secrets' in client.authentication ? client.authentication.secrets : [];
  const changed: Client = {
    ...client,
    ...described(read.value, secrets),
    postLogoutRedirectUris: read.value.postLogoutRedirectUris,
    pushesRequests: read.value.pushesRequests,
    dpopBound: read.value.dpopBound,
    certificateBound: read.value.certificateBound,
    ...standingOf(client, ports.policy, read.value.echo),
    updatedAt: now,
  };
  const written = await ports.clients.replace(own.value, changed, request.requestId);
  if (!written) return refuse({ reason: 'changed_meanwhile' });
  if (changed.name !== client.name) await renameQuietly(ports, changed);
  return ok(changed);
}

function standingOf(
  { state, registered }: Client,
  { mode }: RegistrationPolicy,
  metadata: ClientMetadata['echo'],
): Pick<Client, 'state' | 'registered'> {
  const isOther = sameness(registered?.metadata) !== sameness(metadata);
  const waitsAgain = mode === 'approval' && state === 'active' && isOther;
  const awaitsApproval = waitsAgain || registered?.awaitsApproval === true;
  return {
    state: waitsAgain ? 'disabled' : state,
    registered: { ...registered, metadata, awaitsApproval },
  };
}

/** RFC 7592 §2.3. Its tokens end with it, for those too who ask nobody about them. */
export async function removeRegistration(
  ports: ManagementPorts,
  request: ManagementRequest,
  now: Instant,
): Outcome<Client> {
  const own = await ownRecord(ports, request, now);
  if (!own.ok) return own;
  const removed = await ports.clients.remove(own.value, now);
  if (!removed) return refuse({ reason: 'changed_meanwhile' });
  await leaveQuietly(ports, own.value.client);
  return ok(own.value.client);
}

/** Unknown, expired, shared and another's record are told apart by nothing. */
async function ownRecord(
  { clients }: ManagementPorts,
  { clientId, token }: ManagementRequest,
  now: Instant,
): Outcome<RegisteredClient> {
  const stranger = refuse({ reason: 'registration_token_invalid' } as const);
  if (token === undefined || !/^dyn_[A-Za-z0-9_-]{22,60}$/.test(clientId)) return stranger;
  const found = await clients.find(clientId as ClientId);
  const digest = found?.client.registered?.tokenDigest;
  if (found === undefined || digest === undefined || !isLive(found.client, now)) return stranger;
  return sameDigest(digest, sha256(token.reveal())) ? ok(found) : stranger;
}

/** What a client repeats of what we told it is no metadata of its own. */
function withoutOwnNames(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const own = ['client_id', 'client_secret'];
  return Object.fromEntries(Object.entries(body).filter(([name]) => !own.includes(name)));
}

function namesProblem(body: unknown, client: Client): string | undefined {
  const { client_id: id, client_secret: secret } = body as Readonly<Record<string, unknown>>;
  if (id !== client.id) return 'client_id must be the one of this registration';
  if (secret === undefined || (typeof secret === 'string' && isSecretOf(client, new Secret(secret)))) {
    return undefined;
  }
  return 'client_secret must be the one of this registration, or absent';
}

function methodProblem(method: string, { authentication }: Client): string | undefined {
  const hasSecret = (name: string): boolean => name.startsWith('client_secret_');
  return hasSecret(method) === hasSecret(authentication.method)
    ? undefined
    : 'token_endpoint_auth_method can become no other kind of proof; register anew';
}
