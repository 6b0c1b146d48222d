import type { Instant } from '../runtime/clock.ts';
import type { Audit, AuditEvent } from '../runtime/events.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { AuthenticateClient, AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import type { ProveWorkload } from './bearer/prove-workload.ts';
import { readCredentials } from './client-authentication/credentials.ts';
import type { ClientRequest } from './client-request.ts';
import type { CallerLimits } from './limits/caller-limits.ts';
import type { Refusal } from './refusal.ts';

export interface DecisionPorts {
  readonly authenticateClient: AuthenticateClient;
  readonly limits: CallerLimits;
  /** Where workloads may prove themselves by an assertion alone. */
  readonly proveWorkload?: ProveWorkload | undefined;
  readonly audit: Audit;
}

interface Decision<Request extends ClientRequest, Value> {
  readonly ports: DecisionPorts;
  /** The resource that is probably meant, so that one read brings it along with the client. */
  readonly resourceHint?: (request: Request) => ResourceUri | undefined;
  /** Whether what a public client asks for proves it, as a code does. Where not, its requests are its address's. */
  readonly provesPublicClients?: boolean;
  readonly decide: (
    request: Request,
    client: AuthenticatedClient,
    now: Instant,
  ) => Promise<Result<Value, Refusal>>;
  readonly eventOf: (
    request: Request,
    client: AuthenticatedClient | undefined,
    outcome: Result<Value, Refusal>,
  ) => AuditEvent | undefined;
}

/**
 * Proves who sent a request before anything is decided, and tells the audit trail once what became of it: all but that
 * nothing is decided yet.
 */
export function decidedRequest<Request extends ClientRequest, Value>({
  ports,
  resourceHint: hint = () => undefined,
  provesPublicClients = true,
  decide,
  eventOf,
}: Decision<Request, Value>): (request: Request, now: Instant) => Promise<Result<Value, Refusal>> {
  return async (request, now) => {
    const client = await provenClient(ports, request, hint(request), now);
    const within = client.ok && isNobody(client.value) && !provesPublicClients ? withinAddress : withinLimit;
    const outcome = client.ok ? await within(ports, request, client.value, now, decide) : client;
    const event = eventOf(request, client.ok ? client.value : undefined, outcome);
    if (event !== undefined) ports.audit(event);
    return outcome;
  };
}

/** Only what proves nobody counts against its address: many clients share the address of one network. */
async function provenClient(
  { limits, authenticateClient, proveWorkload }: DecisionPorts,
  { parameters, authorization, certificate, sourceAddress }: ClientRequest,
  resourceHint: ResourceUri | undefined,
  now: Instant,
): Promise<Result<AuthenticatedClient, Refusal>> {
  const admitted = limits.address.admit(sourceAddress, now);
  if (!admitted.ok) return admitted;
  const credentials = readCredentials(parameters, authorization, certificate);
  const count = (): Promise<unknown> => limits.address.count(sourceAddress, now);
  const client = credentials.ok
    ? await authenticateClient(credentials.value, resourceHint, now).catch(async (error: unknown) => {
        // Whoever sends a signed request says which endpoint of AWS is asked, and may name one that never answers.
        if (credentials.value.kind === 'signed_request') await count();
        throw error;
      })
    : ((await proveWorkload?.(parameters, credentials.refusal, resourceHint, now)) ?? credentials);
  if (!client.ok) await count();
  return client;
}

/** RFC 6749 §2.1: anybody may call itself by the name of a public client. */
function isNobody({ client }: AuthenticatedClient): boolean {
  return client.authentication.method === 'none';
}

/** What anybody can ask in a client's name uses up nothing of the client's. */
async function withinAddress<Request extends ClientRequest, Value>(
  { limits }: DecisionPorts,
  request: Request,
  client: AuthenticatedClient,
  now: Instant,
  decide: Decision<Request, Value>['decide'],
): Promise<Result<Value, Refusal>> {
  const counted = await limits.address.count(request.sourceAddress, now);
  return counted.ok ? decide(request, client, now) : counted;
}

/** A client is counted once it proved itself, so that no stranger can use up what is its. */
async function withinLimit<Request extends ClientRequest, Value>(
  { limits }: DecisionPorts,
  request: Request,
  client: AuthenticatedClient,
  now: Instant,
  decide: Decision<Request, Value>['decide'],
): Promise<Result<Value, Refusal>> {
  const counted = await limits.client.count(client.client.id, now);
  if (!counted.ok) return counted;
  const outcome = await decide(request, client, now);
  if (!outcome.ok && !isProven(client, outcome.refusal)) {
    limits.client.giveBack(client.client.id);
    await limits.address.count(request.sourceAddress, now);
  }
  return outcome;
}

/** Whether a request that was refused was the client's all the same, and no stranger's. */
function isProven(client: AuthenticatedClient, { reason }: Refusal): boolean {
  // A public client proves itself by what it redeems, and by nothing else: anybody may call itself by its name. Who asks
  // what became of a device has the code of that device.
  if (isNobody(client)) return reason === 'device_waiting';
  // An assertion proves nobody before it is marked, and nobody if it was used: whoever caught one must not use up the
  // client's share with it, be it refused as a replay or for what it came with.
  return client.assertion === undefined && client.workload === undefined;
}
