import type { ClientId } from '../../runtime/identifiers.ts';
import type { RegistrationApi } from '../people/profiles/profile.ts';

/** Some providers take no longer names. Characters. */
const longestName = 100;

/** As people and administrators read it there. It holds our id of the client, which nobody else drew, so no two are the same. */
export function upstreamName(api: RegistrationApi, client: ClientId, name: string): string {
  const isPool = api.kind === 'user_pool';
  const mark = isPool ? ` ${client}` : ` (${client})`;
  return `${Array.from(isPool ? poolName(name) : name)
    .slice(0, longestName - mark.length)
    .join('')}${mark}`.trimStart();
}

/** The name of an app client is `[\w\s+=,.@-]+`: neither parentheses nor letters beyond ASCII. */
function poolName(name: string): string {
  return name.replaceAll(/[^\w+=,.@-]+/g, ' ').trim();
}

export interface UpstreamMetadata extends Readonly<Record<string, unknown>> {
  readonly client_name: string;
  readonly redirect_uris: readonly [string];
  readonly token_endpoint_auth_method: string;
  readonly backchannel_logout_uri?: string;
}

/** What a client of ours is there (RFC 7591 §2): nothing of it is the client's own word but its name. */
export function upstreamMetadata(
  api: RegistrationApi,
  {
    name,
    redirectUri,
    method,
    logoutUri,
  }: {
    readonly name: string;
    readonly redirectUri: string;
    readonly method: string;
    /** Where the provider tells that somebody signed out; absent where it tells nobody. */
    readonly logoutUri?: string;
  },
): UpstreamMetadata {
  return {
    client_name: name,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
    ...(api.kind !== 'open' && { application_type: 'web' }),
    // OIDC Core §8: of a pairwise subject one person would be another with each client.
    ...(api.kind === 'initial_access_token' && { subject_type: 'public' }),
    // OIDC Back-Channel Logout §2.2. Okta and Auth0 document no such member of a registration.
    ...(api.kind === 'initial_access_token' &&
      logoutUri !== undefined && {
        backchannel_logout_uri: logoutUri,
        backchannel_logout_session_required: true,
      }),
  };
}
