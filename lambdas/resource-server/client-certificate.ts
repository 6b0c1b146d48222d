import { base64url } from 'jose';

/** RFC 8705 §3.1: SHA-256 of a certificate in PEM or DER, in base64url; undefined for a text that holds none. */
export async function certificateThumbprint(certificate: string | Uint8Array): Promise<string | undefined> {
  const der = typeof certificate === 'string' ? derOf(certificate) : certificate;
  if (der === undefined || der.length === 0) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(der));
  return base64url.encode(new Uint8Array(digest));
}

/** The first one is the caller's; what follows vouches for it. */
function derOf(pem: string): Uint8Array | undefined {
  const [, body] = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem) ?? [];
  try {
    return body === undefined
      ? undefined
      : Uint8Array.from(atob(body), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The certificate of the connection behind a request of Node's, which has one where its server asked for it. */
export function connectionCertificate(socket: unknown): Uint8Array | undefined {
  if (typeof socket !== 'object' || socket === null || !('getPeerCertificate' in socket)) return undefined;
  const { getPeerCertificate } = socket;
  if (typeof getPeerCertificate !== 'function') return undefined;
  const { raw } = (getPeerCertificate.call(socket) ?? {}) as { readonly raw?: unknown };
  return raw instanceof Uint8Array ? raw : undefined;
}

/** What an event of API Gateway says of the TLS connection, where it came by a domain with mutual TLS. */
export interface EventAuthentication {
  readonly clientCert?: { readonly clientCertPem?: string };
}
