import type { CallerIdentities } from '../../ports/caller-identities.ts';
import type { Agent, Client, RegistryReader, RegistryView } from '../../ports/registry.ts';
import type { ProvenWorkload } from '../../ports/workloads.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { ResourceUri } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import type { Secret } from '../../runtime/secret.ts';
import { isClientId } from '../client-id.ts';
import { certificateFault } from '../mutual-tls/prove-certificate.ts';
import type { ClientRefusal } from '../refusal.ts';
import type { IssuerHosts } from '../workload/aws-issuer.ts';
import type { AssertionAudiences } from './assertion-claims.ts';
import { readAssertion } from './assertion.ts';
import { proveCaller } from './aws/prove-caller.ts';
import { proveWorkload } from './aws/prove-workload.ts';
import { claimsToBeOfAws } from './aws/read-identity.ts';
import type { ClientKeys } from './client-keys.ts';
import { isSecretOf } from './client-secret.ts';
import type { Credentials } from './credentials.ts';
import type { LookUp, ProvenAssertion, ProvingAssertion } from './proven-assertion.ts';
import { verifyAssertion } from './verify-assertion.ts';

const proof = Symbol('authenticated client');

/** Evidence: only `clientAuthentication` makes one, for a client that proved itself in this request, or is a public one. */
export interface AuthenticatedClient {
  readonly [proof]: true;
  readonly client: Client;
  readonly agent?: Agent;
  /** The assertion that proved it; to be marked as used before an answer leaves, and not before all else is decided. */
  readonly assertion?: ProvingAssertion;
  /** What it proved to be in place of a client: the agent itself, by what its platform says of it. */
  readonly workload?: ProvenWorkload;
}

export interface ClientAuthenticationPorts {
  readonly registry: RegistryReader;
  readonly keys: ClientKeys;
  readonly audiences: AssertionAudiences;
  readonly issuerHosts: IssuerHosts;
  /** Absent where the deployment accepts no signed requests in place of assertions. */
  readonly callers?: CallerIdentities | undefined;
}

/** Proves a client by its credentials. `resourceUri` is only a hint: what to read from the registry along with it. */
export type AuthenticateClient = (
  credentials: Credentials,
  resourceUri: ResourceUri | undefined,
  now: Instant,
) => Promise<Result<AuthenticatedClient, ClientRefusal>>;

/** An agent that proved itself without a client of it: in `client` it stands under its own name, for this one grant. */
export function provenAgent(agent: Agent, client: Client, workload: ProvenWorkload): AuthenticatedClient {
  return { [proof]: true, client, agent, workload };
}

export function clientAuthentication(ports: ClientAuthenticationPorts): AuthenticateClient {
  return async (credentials, resourceUri, now) => {
    const lookUp: LookUp = (names) => viewOf(ports.registry, names, resourceUri);
    if (credentials.kind === 'secret') return bySecret(credentials, lookUp);
    if (credentials.kind === 'none') return byName(credentials, lookUp, now);
    const { assertion, clientId } = credentials;
    const proof = await proverOf(credentials)({ ...ports, lookUp }, assertion, clientId, now);
    return proof.ok ? proven(proof.value.client, proof.value.view, proof.value.assertion) : proof;
  };
}

function proverOf({
  kind,
  assertion,
}: Extract<Credentials, { readonly assertion: Secret }>): typeof proveByKey {
  if (kind === 'signed_request') return proveCaller;
  return claimsToBeOfAws(assertion) ? proveWorkload : proveByKey;
}

async function bySecret(
  { clientId, secret }: Extract<Credentials, { readonly kind: 'secret' }>,
  lookUp: LookUp,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const view = await lookUp({ clientId });
  if (!isSecretOf(view.client, secret) || view.client === undefined) {
    return refuse({ reason: 'client_secret_not_accepted' });
  }
  return proven(view.client, view);
}

/** RFC 6749 §2.1: a public client has nothing to prove itself by. Of all others a name is no proof without a certificate. */
async function byName(
  { clientId, certificate }: Extract<Credentials, { readonly kind: 'none' }>,
  lookUp: LookUp,
  now: Instant,
): Promise<Result<AuthenticatedClient, ClientRefusal>> {
  const view = await lookUp({ clientId });
  const { client } = view;
  if (client?.authentication.method === 'none') return proven(client, view);
  if (certificate === undefined) return refuse({ reason: 'client_not_authenticated' });
  if (client?.authentication.method !== 'tls_client_auth')
    return refuse({ reason: 'certificate_not_accepted' });
  const fault = certificateFault(certificate, client.authentication.name, now);
  return fault === undefined ? proven(client, view) : refuse(fault);
}

async function proveByKey(
  { keys, audiences, lookUp }: ClientAuthenticationPorts & { readonly lookUp: LookUp },
  assertion: Secret,
  clientId: string | undefined,
  now: Instant,
): Promise<Result<ProvenAssertion, ClientRefusal>> {
  const read = readAssertion(assertion, audiences, now);
  if (!read.ok) return read;
  const { subject, jti, deadAt } = read.value;
  // RFC 7521 §4.2: client_id is unnecessary beside an assertion and, where present, names the same client (CC-4).
  if (clientId !== undefined && clientId !== subject) {
    return refuse({ reason: 'assertion_not_acceptable', detail: 'names another client than client_id' });
  }
  const view = await lookUp({ clientId: subject });
  const { client } = view;
  if (client?.authentication.method !== 'private_key_jwt') {
    // Unknown, or known by other means: told apart from a wrong key by nothing.
    return refuse({ reason: 'assertion_not_verified' });
  }
  const verified = await verifyAssertion(keys, client.authentication, assertion, read.value, now);
  return verified.ok ? ok({ client, view, assertion: { issuer: subject, jti, until: deadAt } }) : verified;
}

/** Only after its proof does a client learn that it is disabled. */
function proven(
  client: Client,
  { agent }: RegistryView,
  assertion?: AuthenticatedClient['assertion'],
): Result<AuthenticatedClient, ClientRefusal> {
  if (client.state === 'disabled') return refuse({ reason: 'client_disabled' });
  return ok({ [proof]: true, client, ...(agent && { agent }), ...(assertion && { assertion }) });
}

function viewOf(
  registry: RegistryReader,
  { clientId, awsRole }: Parameters<LookUp>[0],
  resourceUri: ResourceUri | undefined,
): Promise<RegistryView> {
  const resource = resourceUri !== undefined && { resourceUri };
  if (awsRole !== undefined) return registry.view({ awsRole, ...resource });
  if (clientId === undefined || !isClientId(clientId)) return Promise.resolve({});
  return registry.view({ clientId, ...resource });
}
