import type { Client, RegistryReader } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { isClientId } from '../client-id.ts';
import type { Parameters } from '../parameters.ts';
import { matchesRedirectUri } from '../redirect-uri.ts';
import { type IdTokenHint, readIdTokenHint } from './id-token-hint.ts';
import type { LogoutPorts, LogoutRefusal, LogoutTarget } from './logout-ports.ts';

/** A logout as a client asks for it. */
export interface LogoutRequest {
  readonly target: LogoutTarget;
  /** Whom the id_token of the client names. */
  readonly hinted?: string;
}

/** What a logout names, before anybody has looked whether it is so. */
export interface NamedTarget {
  readonly clientId?: string | undefined;
  readonly redirectUri?: string | undefined;
  readonly state?: string | undefined;
}

/** Reads what a client asks for. An `id_token_hint` that is none of ours is as good as none: the person is asked. */
export async function readLogoutRequest(
  ports: Pick<LogoutPorts, 'issuer' | 'keyRings' | 'registry'>,
  { values }: Parameters,
  now: Instant,
): Promise<Result<LogoutRequest, LogoutRefusal>> {
  const token = values.get('id_token_hint');
  const hint = token === undefined ? undefined : await readIdTokenHint(token, ports, now);
  const claimed = values.get('client_id');
  // OIDC RP-Initiated Logout §2: the client is the one that the id_token was issued to.
  if (isOfAnother(hint, claimed)) return refuse({ reason: 'id_token_hint_of_another_client' });
  const target = await findTarget(
    ports.registry,
    {
      clientId: claimed ?? hint?.clientId,
      redirectUri: values.get('post_logout_redirect_uri'),
      state: values.get('state'),
    },
    now,
  );
  return target.ok ? ok({ target: target.value, ...(hint && { hinted: hint.person }) }) : target;
}

function isOfAnother(hint: IdTokenHint | undefined, claimed: string | undefined): boolean {
  return hint !== undefined && claimed !== undefined && hint.clientId !== claimed;
}

/** Bytes, as they are kept in a cookie until the person is back. */
const longestState = 1_024;

/**
 * Looks up which client it is, and whether people may be sent there. OIDC RP-Initiated Logout §3: nowhere that the client has
 * not registered.
 */
export async function findTarget(
  registry: Pick<RegistryReader, 'view'>,
  { clientId, redirectUri, state }: NamedTarget,
  now: Instant,
): Promise<Result<LogoutTarget, LogoutRefusal>> {
  if (clientId === undefined) {
    return redirectUri === undefined ? ok({}) : refuse({ reason: 'post_logout_redirect_uri_without_client' });
  }
  const client = await findClient(registry, clientId, now);
  if (!client.ok) return client;
  if (redirectUri === undefined) return ok({ client: client.value });
  if (!matchesRedirectUri(client.value.postLogoutRedirectUris ?? [], redirectUri)) {
    return refuse({ reason: 'post_logout_redirect_uri_not_registered' });
  }
  if (state !== undefined && Buffer.byteLength(JSON.stringify(state)) > longestState) {
    return refuse({ reason: 'state_too_long' });
  }
  return ok({ client: client.value, back: { redirectUri, ...(state !== undefined && { state }) } });
}

async function findClient(
  registry: Pick<RegistryReader, 'view'>,
  id: string,
  now: Instant,
): Promise<Result<Client, LogoutRefusal>> {
  const { client } = isClientId(id) ? await registry.view({ clientId: id }) : {};
  const isExpired = client?.expiresAt !== undefined && client.expiresAt <= now;
  if (client === undefined || isExpired) return refuse({ reason: 'client_unknown' });
  return client.state === 'active' ? ok(client) : refuse({ reason: 'client_disabled' });
}
