import type { EgressCredential } from '../../ports/egress-providers.ts';
import type { Secret } from '../../runtime/secret.ts';

/** How a call bears the credential. */
export interface Bearing {
  /** Names lower-case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Encoded; empty where nothing stands in the query. */
  readonly query: string;
  /** What no answer may tell. */
  readonly secrets: readonly string[];
}

export function bearingOf(credential: EgressCredential, access: Secret): Bearing {
  const held = access.reveal();
  if (credential.kind === 'basic') return basic(held);
  if (credential.kind === 'api_key') {
    const { place, name, prefix } = credential;
    if (place === 'header')
      return { headers: { [name.toLowerCase()]: `${prefix}${held}` }, query: '', secrets: [held] };
    return { headers: {}, query: `${encodeURIComponent(name)}=${encodeURIComponent(held)}`, secrets: [held] };
  }
  // RFC 6750 §2.1
  return { headers: { authorization: `Bearer ${held}` }, query: '', secrets: [held] };
}

/** RFC 7617 §2: kept as user and password are joined. */
function basic(held: string): Bearing {
  const password = held.slice(held.indexOf(':') + 1);
  const authorization = `Basic ${Buffer.from(held).toString('base64')}`;
  return { headers: { authorization }, query: '', secrets: [held, password] };
}
