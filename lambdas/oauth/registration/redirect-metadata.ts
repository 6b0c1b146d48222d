import type { GrantType } from '../../ports/registry.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { redirectKind } from '../redirect-uri.ts';
import type { RegistrationRefusal } from './refusal.ts';

const mostUris = 20;

/** Where a client has people sent. */
export interface Places {
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
}

type Read<Value> = Result<Value, RegistrationRefusal>;
type Json = Readonly<Record<string, unknown>>;

/** Where people are sent: with the answer, and once they are signed out. */
export function placesOf(
  given: Json,
  grantTypes: readonly GrantType[],
  custom: readonly string[],
): Read<Places> {
  const redirectUris = redirectUrisOf(given, grantTypes, custom);
  if (!redirectUris.ok) return redirectUris;
  const postLogout = postLogoutOf(given, redirectUris.value, custom);
  return postLogout.ok
    ? ok({ redirectUris: redirectUris.value, postLogoutRedirectUris: postLogout.value })
    : postLogout;
}

/**
 * IX-24: one that we do not take must not take the others with it; all that is left is echoed. RFC 7591 §2: who sends nobody
 * here needs none, and what a client for devices alone lists counts for nothing.
 */
function redirectUrisOf(
  given: Json,
  grantTypes: readonly GrantType[],
  custom: readonly string[],
): Read<readonly string[]> {
  if (!grantTypes.includes('authorization_code')) return ok([]);
  const listed = given['redirect_uris'];
  if (!Array.isArray(listed) || listed.length === 0) {
    return badRedirect('redirect_uris must list at least one URI to send people back to');
  }
  const taken = takenUris(listed, custom);
  if (taken.length === 0) {
    return badRedirect(
      'redirect_uris must hold an https URI, or an http one on localhost, 127.0.0.1 or [::1]; other schemes only where the deployment lists the URI',
    );
  }
  return taken.length > mostUris
    ? badRedirect(`redirect_uris must not hold more than ${mostUris} URIs`)
    : ok(taken);
}

function takenUris(listed: readonly unknown[], custom: readonly string[]): readonly string[] {
  return [...new Set(listed)].filter((uri): uri is string => {
    const kind = typeof uri === 'string' ? redirectKind(uri) : undefined;
    return kind === 'private-use' ? custom.includes(uri as string) : kind !== undefined;
  });
}

/** OIDC RP-Initiated Logout §3.1: by the rules of redirect URIs; of a client that sends nobody here it counts for nothing. */
function postLogoutOf(
  { post_logout_redirect_uris: listed = [] }: Json,
  redirectUris: readonly string[],
  custom: readonly string[],
): Read<readonly string[]> {
  if (!Array.isArray(listed)) return invalid('post_logout_redirect_uris must be a list');
  const taken = redirectUris.length === 0 ? [] : takenUris(listed, custom);
  return taken.length > mostUris
    ? invalid(`post_logout_redirect_uris must not hold more than ${mostUris} URIs`)
    : ok(taken);
}

function invalid(detail: string): Read<never> {
  return refuse({ reason: 'metadata_invalid', detail });
}

function badRedirect(detail: string): Read<never> {
  return refuse({ reason: 'redirect_uri_invalid', detail });
}
