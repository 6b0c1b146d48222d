import type {
  EgressClientAuthentication,
  NamedValue,
  OAuthEgress,
  ServiceEgress,
} from '../ports/egress-providers.ts';
import type { ThirdPartyRequest } from '../ports/third-parties.ts';
import type { Secret } from '../runtime/secret.ts';

/** A third party that has a token endpoint. */
type WithTokenEndpoint = OAuthEgress | Extract<ServiceEgress, { readonly kind: 'client_credentials' }>;

/** What our client is, and by what it proves itself. */
interface AsClient {
  readonly clientId: string;
  readonly clientAuthentication: EgressClientAuthentication;
}

/** A request, before anybody is proved in it. */
export interface Asking {
  readonly method: ThirdPartyRequest['method'];
  readonly url: string;
  readonly headers: readonly NamedValue[];
  readonly body: 'form' | 'json' | 'none';
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the token endpoint of a third party is asked with. */
export function tokenRequest(
  { tokenEndpoint, ...provider }: WithTokenEndpoint,
  parameters: Readonly<Record<string, string>>,
  secret: Secret | undefined,
): ThirdPartyRequest {
  return clientRequest({ ...provider, method: 'POST', url: tokenEndpoint, parameters, secret });
}

/** What is asked as our client. `secret`: absent where it has none. */
export function clientRequest({
  clientId,
  clientAuthentication,
  secret,
  ...asking
}: Asking & AsClient & { readonly secret: Secret | undefined }): ThirdPartyRequest {
  const proof = proofOf(clientId, clientAuthentication, secret);
  const { headers = [], parameters = {} } = proof;
  return plainRequest({
    ...asking,
    ...{ headers: [...asking.headers, ...headers], parameters: { ...asking.parameters, ...parameters } },
  });
}

/** In the form that is wanted. */
export function plainRequest({ method, url, headers, body, parameters }: Asking): ThirdPartyRequest {
  const own = Object.fromEntries(headers.map(({ name, value }) => [name.toLowerCase(), value]));
  return {
    ...{ method, url },
    headers: { accept: 'application/json', ...own, ...typeOf(body) },
    body: bodyOf(body, parameters),
  };
}

function typeOf(body: Asking['body']): Readonly<Record<string, string>> {
  if (body === 'none') return {};
  return { 'content-type': body === 'json' ? 'application/json' : 'application/x-www-form-urlencoded' };
}

function bodyOf(body: Asking['body'], parameters: Readonly<Record<string, string>>): string {
  if (body === 'none') return '';
  return body === 'json' ? JSON.stringify(parameters) : new URLSearchParams(parameters).toString();
}

interface Proof {
  readonly headers?: readonly NamedValue[];
  readonly parameters?: Readonly<Record<string, string>>;
}

function proofOf(
  clientId: string,
  authentication: EgressClientAuthentication,
  secret: Secret | undefined,
): Proof {
  if (secret === undefined || authentication === 'none') return { parameters: { client_id: clientId } };
  const text = secret.reveal();
  switch (authentication) {
    case 'client_secret_basic':
      // RFC 6749 §2.3.1: each of the two is encoded as in a form.
      return basic(`${formEncoded(clientId)}:${formEncoded(text)}`);
    case 'client_secret_post':
      return { parameters: { client_id: clientId, client_secret: text } };
    case 'client_secret_as_user':
      // https://docs.stripe.com/api/authentication
      return basic(`${text}:`);
  }
}

function basic(credentials: string): Proof {
  const value = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { headers: [{ name: 'authorization', value }] };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}
