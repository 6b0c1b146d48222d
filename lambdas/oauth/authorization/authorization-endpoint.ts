import type { RegistryReader } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { Audit } from '../../runtime/events.ts';
import { isClientId, isLoggableClientId } from '../client-id.ts';
import type { AddressLimit } from '../limits/caller-limits.ts';
import type { Parameters } from '../parameters.ts';
import type { LimitRefusal } from '../refusal.ts';

/** Why nobody can be signed in for a client. None of it may be sent to a redirect URI, because none is verified. */
export type AuthorizationRefusal =
  | { readonly reason: 'client_id_missing' }
  | { readonly reason: 'client_unknown' }
  | { readonly reason: 'client_not_interactive' }
  | LimitRefusal;

export interface AuthorizationRequest {
  readonly parameters: Parameters;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export interface AuthorizationPorts {
  readonly registry: RegistryReader;
  /** Whoever comes here proves nothing, so that every request counts. */
  readonly limit: AddressLimit;
  readonly audit: Audit;
}

/** Decides on an authorization request: the clients of this issuer are machines, and each is told so. */
export type DecideAuthorization = (
  request: AuthorizationRequest,
  now: Instant,
) => Promise<AuthorizationRefusal>;

export function authorizationEndpoint({ registry, limit, audit }: AuthorizationPorts): DecideAuthorization {
  return async ({ parameters, requestId, sourceAddress }, now) => {
    const clientId = parameters.values.get('client_id');
    const counted = await limit.count(sourceAddress, now);
    const refusal = counted.ok ? await refusalFor(registry, clientId) : counted.refusal;
    const isNamed = clientId !== undefined && isLoggableClientId(clientId);
    audit({
      event: 'authorization_refused',
      requestId,
      sourceAddress,
      reason: refusal.reason,
      ...(isNamed && { claimedClientId: clientId }),
    });
    return refusal;
  };
}

async function refusalFor(
  registry: RegistryReader,
  clientId: string | undefined,
): Promise<AuthorizationRefusal> {
  if (clientId === undefined) return { reason: 'client_id_missing' };
  const { client } = isClientId(clientId) ? await registry.view({ clientId }) : {};
  return { reason: client?.state === 'active' ? 'client_not_interactive' : 'client_unknown' };
}
