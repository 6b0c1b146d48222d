import type { RegistryReader } from '../../ports/registry.ts';
import type { Audit } from '../../runtime/events.ts';
import { isClientId, isLoggableClientId } from '../client-id.ts';
import type { Parameters } from '../parameters.ts';

/** Why nobody can be signed in for a client. None of it may be sent to a redirect URI, because none is verified. */
export type AuthorizationRefusal =
  | { readonly reason: 'client_id_missing' }
  | { readonly reason: 'client_unknown' }
  | { readonly reason: 'client_not_interactive' };

export interface AuthorizationRequest {
  readonly parameters: Parameters;
  readonly requestId: string;
  readonly sourceAddress: string;
}

export interface AuthorizationPorts {
  readonly registry: RegistryReader;
  readonly audit: Audit;
}

/** Decides on an authorization request: the clients of this issuer are machines, and each is told so. */
export type DecideAuthorization = (request: AuthorizationRequest) => Promise<AuthorizationRefusal>;

export function authorizationEndpoint({ registry, audit }: AuthorizationPorts): DecideAuthorization {
  return async ({ parameters, requestId, sourceAddress }) => {
    const clientId = parameters.values.get('client_id');
    const refusal = await refusalFor(registry, clientId);
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
