import type { Instant } from '../runtime/clock.ts';
import type { Audit, AuditEvent } from '../runtime/events.ts';
import type { ResourceUri } from '../runtime/identifiers.ts';
import type { Result } from '../runtime/result.ts';
import type { AuthenticateClient, AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import { readCredentials } from './client-authentication/credentials.ts';
import type { ClientRequest } from './client-request.ts';
import type { Refusal } from './refusal.ts';

interface Decision<Request extends ClientRequest, Value> {
  readonly ports: { readonly authenticateClient: AuthenticateClient; readonly audit: Audit };
  /** The resource that is probably meant, so that one read brings it along with the client. */
  readonly resourceHint?: (request: Request) => ResourceUri | undefined;
  readonly decide: (
    request: Request,
    client: AuthenticatedClient,
    now: Instant,
  ) => Promise<Result<Value, Refusal>>;
  readonly eventOf: (
    request: Request,
    client: AuthenticatedClient | undefined,
    outcome: Result<Value, Refusal>,
  ) => AuditEvent;
}

/** Proves who sent a request before anything is decided, and tells the audit trail once what became of it. */
export function decidedRequest<Request extends ClientRequest, Value>({
  ports,
  resourceHint = () => undefined,
  decide,
  eventOf,
}: Decision<Request, Value>): (request: Request, now: Instant) => Promise<Result<Value, Refusal>> {
  return async (request, now) => {
    const credentials = readCredentials(request.parameters, request.authorization);
    const client = credentials.ok
      ? await ports.authenticateClient(credentials.value, resourceHint(request), now)
      : credentials;
    const outcome = client.ok ? await decide(request, client.value, now) : client;
    ports.audit(eventOf(request, client.ok ? client.value : undefined, outcome));
    return outcome;
  };
}
