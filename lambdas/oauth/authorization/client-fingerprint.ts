import type { Client } from '../../ports/registry.ts';
import { sha256 } from '../../runtime/digest.ts';
import { redirectUrisOf } from './read-authorization-request.ts';

/**
 * What a person's consent to a client stands on (IX-52): where people are sent back to, by which keys the client proves
 * itself, whether it goes on while they are away, and whether they were asked at all. Secrets come and go without it.
 */
export function clientFingerprint(client: Client): string {
  const { authentication, grantTypes, consent = 'asked' } = client;
  const proof =
    authentication.method === 'private_key_jwt' ? sorted(authentication.keys) : { method: methodOf(client) };
  return sha256(
    JSON.stringify({
      redirectUris: [...new Set(redirectUrisOf(client))].sort(),
      proof,
      offline: grantTypes.includes('refresh_token'),
      consent,
    }),
  );
}

/** Basic and post are the same secret. */
function methodOf({ authentication: { method } }: Client): string {
  return method.startsWith('client_secret') ? 'secret' : method;
}

/** The same JSON whatever the order of members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
