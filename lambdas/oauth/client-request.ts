import type { AuthenticatedClient } from './client-authentication/authenticate-client.ts';
import type { AuthorizationHeader } from './client-authentication/credentials.ts';
import { isLoggableClientId } from './client-id.ts';
import type { ClientCertificate } from './mutual-tls/client-certificate.ts';
import type { Parameters } from './parameters.ts';

/** A form that a client posted, with whatever is to prove who it is. */
export interface ClientRequest {
  readonly parameters: Parameters;
  readonly authorization: AuthorizationHeader;
  readonly requestId: string;
  readonly sourceAddress: string;
  /** Of the TLS connection, where it was made with one. */
  readonly certificate?: ClientCertificate | undefined;
}

/** The same at an endpoint where a client may show a key. */
export interface ProvingRequest extends ClientRequest {
  /** The DPoP header, where there is one. */
  readonly proof?: string | undefined;
}

/** Where a request came from and who sent it: the client that proved itself, or whom the caller says it is. */
export function originOf(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
): {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly clientId?: string;
  readonly claimedClientId?: string;
} {
  const { requestId, sourceAddress } = request;
  const claimed = client === undefined ? claimedClientId(request) : undefined;
  return {
    requestId,
    sourceAddress,
    ...(client && { clientId: client.client.id }),
    ...(claimed !== undefined && { claimedClientId: claimed }),
  };
}

/** Who the caller says it is, where it says so outside of an assertion. */
function claimedClientId({ parameters, authorization }: ClientRequest): string | undefined {
  const claimed =
    authorization.kind === 'basic' ? authorization.clientId : parameters.values.get('client_id');
  return claimed !== undefined && claimed !== '' && isLoggableClientId(claimed) ? claimed : undefined;
}
