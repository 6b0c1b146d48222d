import { isPrivateUrl } from './addresses.ts';

/** An error answer of a token endpoint, as far as it is believed. */
export interface Refusal {
  readonly error: string;
  readonly description: string | undefined;
  /** Where the person can go on, where the server says so. */
  readonly uri: string | undefined;
  /** The claims challenge of the identity provider, to be sent along with the next authorization request. */
  readonly claims: string | undefined;
  /** The same by the name of a level. */
  readonly acrValues: string | undefined;
}

/** OpenID Connect Core §3.1.2.6, RFC 9470 §3, and what identity providers answer in their spirit at their token endpoints. */
const personNeeded = new Set([
  'interaction_required',
  'login_required',
  'consent_required',
  'account_selection_required',
  'insufficient_user_authentication',
]);

/** Whether only the person can go on. */
export function needsPerson({ error }: Pick<Refusal, 'error'>): boolean {
  return personNeeded.has(error);
}

const longestText = 500;
const longestClaims = 4_096;
const longestBody = 65_536;

/**
 * An error answer of a token endpoint (RFC 6749 §5.2); undefined for what is none. A description ends up in logs, and is
 * freed of what was `sent` and of everything that looks like a token.
 */
export async function readRefusal(response: Response, sent: RequestInit): Promise<Refusal | undefined> {
  const text = await response.text().catch(() => '');
  const body = text.length > longestBody ? undefined : parsed(text);
  const error = body?.['error'];
  // RFC 6749 §5.2: the characters of an error code.
  if (typeof error !== 'string' || !/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(error)) return undefined;
  const { error_description: said, claims, acr_values: acrValues } = body ?? {};
  return {
    error,
    description: typeof said === 'string' ? withoutSecrets(said, secretsIn(sent)) : undefined,
    uri: uriIn(body ?? {}),
    claims: typeof claims === 'string' && claims.length <= longestClaims ? claims : undefined,
    acrValues: typeof acrValues === 'string' && acrValues.length <= longestText ? acrValues : undefined,
  };
}

/** Where the person can go on, by the names that servers have for it; `error_uri` is the one that has a standard. */
function uriIn(body: Readonly<Record<string, unknown>>): string | undefined {
  const named = [body['interaction_uri'], body['authorization_uri'], body['error_uri']];
  return named.filter((uri) => typeof uri === 'string').find(isPrivateUrl);
}

/** What may be repeated of a token request; all else in it proves something. */
const publicParameters = new Set([
  ...['grant_type', 'client_id', 'resource', 'audience', 'scope', 'redirect_uri'],
  ...['client_assertion_type', 'subject_token_type', 'actor_token_type', 'requested_token_type'],
]);

function secretsIn({ body, headers }: RequestInit): readonly string[] {
  const parameters = body instanceof URLSearchParams ? [...body] : [];
  const [, basic = ''] = /^basic (.+)$/i.exec(new Headers(headers).get('authorization') ?? '') ?? [];
  const credentials = decoded(basic);
  const encoded = credentials.slice(credentials.indexOf(':') + 1);
  return [
    ...parameters.filter(([name]) => !publicParameters.has(name)).map(([, value]) => value),
    ...[basic, credentials, new URLSearchParams(`=${encoded}`).get('') ?? ''],
  ].filter((secret) => secret !== '');
}

/** Whoever brings another header says what stands in it. */
function decoded(basic: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(basic), (character) => character.charCodeAt(0)));
  } catch {
    return '';
  }
}

const jwt = /\beyJ[\w-]*\.[\w-]*(?:\.[\w-]*)*/g;

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((left, secret) => left.replaceAll(secret, '…'), text);
  return clean
    .replaceAll(jwt, '…')
    .replaceAll(/[^\x20-\x7e…]/g, ' ')
    .slice(0, longestText);
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
