import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import type { ClientCertificate } from '../mutual-tls/client-certificate.ts';
import type { Parameters } from '../parameters.ts';
import type { ClientRefusal } from '../refusal.ts';

/** What the Authorization header of a request says. */
export type AuthorizationHeader =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unusable' }
  | { readonly kind: 'basic'; readonly clientId: string; readonly secret: Secret };

/** How a client tries to prove itself; nothing in it is verified. */
export type Credentials =
  | { readonly kind: 'secret'; readonly clientId: string; readonly secret: Secret }
  /** A name, and what its connection shows: without a certificate, what the client redeems has to prove it. */
  | { readonly kind: 'none'; readonly clientId: string; readonly certificate: ClientCertificate | undefined }
  | {
      /** A JWT, or a signed request that AWS STS is to judge. */
      readonly kind: 'assertion' | 'signed_request';
      readonly assertion: Secret;
      readonly clientId: string | undefined;
    };

/** RFC 7523 §2.2. */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** RFC 7521 §4.2: a URI of our own for an assertion of our own. */
const signedRequestType = 'urn:vestibule:params:client-assertion-type:aws-caller-identity';

/** Finds the one way in which a request authenticates its client. With a certificate comes every request of its domain. */
export function readCredentials(
  { values }: Parameters,
  header: AuthorizationHeader,
  certificate: ClientCertificate | undefined,
): Result<Credentials, ClientRefusal> {
  const clientId = values.get('client_id');
  const secret = values.get('client_secret');
  const hasAssertion = values.has('client_assertion') || values.has('client_assertion_type');
  const tried = [header.kind !== 'absent', secret !== undefined, hasAssertion].filter(Boolean).length;
  if (tried > 1) return refuse({ reason: 'several_authentication_methods' });
  if (hasAssertion) return readAssertionCredentials(values, clientId);
  if (header.kind === 'unusable') return refuse({ reason: 'authorization_header_unusable' });
  if (header.kind === 'basic') {
    // RFC 6749 §2.3: a client_id beside HTTP Basic names the same client, or it is a second identity.
    const agrees = clientId === undefined || clientId === header.clientId;
    return agrees
      ? ok({ kind: 'secret', clientId: header.clientId, secret: header.secret })
      : refuse({ reason: 'several_authentication_methods' });
  }
  if (clientId === undefined) return refuse({ reason: 'client_not_authenticated' });
  // RFC 6749 §3.2.1: a public client names itself, which proves nothing. RFC 8705 §2: so does one that has a certificate.
  if (secret === undefined) return ok({ kind: 'none', clientId, certificate });
  return ok({ kind: 'secret', clientId, secret: new Secret(secret) });
}

function readAssertionCredentials(
  values: Parameters['values'],
  clientId: string | undefined,
): Result<Credentials, ClientRefusal> {
  const [assertion, type] = [values.get('client_assertion'), values.get('client_assertion_type')];
  if (assertion === undefined || type === undefined) return refuse({ reason: 'assertion_incomplete' });
  if (type === signedRequestType)
    return ok({ kind: 'signed_request', assertion: new Secret(assertion), clientId });
  if (type !== assertionType) return refuse({ reason: 'assertion_type_unknown' });
  return ok({ kind: 'assertion', assertion: new Secret(assertion), clientId });
}
