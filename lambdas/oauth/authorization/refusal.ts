import type { ClientDocumentRefusal } from '../../ports/client-documents.ts';
import type { Client } from '../../ports/registry.ts';
import type { DeviceId } from '../../runtime/identifiers.ts';
import type { LimitRefusal } from '../refusal.ts';

/**
 * Why a person is told on a page of ours that they cannot go on: nothing of it may be sent to a redirect URI, because
 * none is verified (RFC 6749 §4.1.2.1).
 */
export type PageRefusal =
  | { readonly reason: 'client_id_missing' }
  | { readonly reason: 'client_unknown' }
  | { readonly reason: 'client_document_refused'; readonly document: ClientDocumentRefusal }
  | { readonly reason: 'client_expired' }
  | { readonly reason: 'client_disabled' }
  /** It registered itself, and no operator has decided about it yet. */
  | { readonly reason: 'client_awaits_approval' }
  | { readonly reason: 'client_not_interactive' }
  | { readonly reason: 'parameter_ambiguous'; readonly name: 'client_id' | 'redirect_uri' | 'request_uri' }
  | { readonly reason: 'redirect_uri_missing' }
  | { readonly reason: 'redirect_uri_not_registered' }
  | LimitRefusal;

/** The error codes of RFC 6749 §4.1.2.1, RFC 8707 §2, RFC 9470 §5 and OIDC Core §3.1.2.6. */
export type AuthorizationError =
  | 'invalid_request'
  | 'unauthorized_client'
  | 'access_denied'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'invalid_target'
  | 'interaction_required'
  | 'login_required'
  | 'account_selection_required'
  | 'consent_required'
  | 'unmet_authentication_requirements'
  | 'request_not_supported'
  | 'request_uri_not_supported'
  | 'registration_not_supported';

/** Why a client is told no, at its verified redirect URI. `description` is for its developers. */
export interface RedirectRefusal {
  readonly reason: string;
  readonly error: AuthorizationError;
  readonly description: string;
}

/** Where a client is told what became of its request. */
export type WayBack = RedirectBack | DeviceBack;

/** A client that cannot be sent anybody, and asks by itself (RFC 8628 §3.4). */
export interface DeviceBack {
  readonly device: DeviceId;
}

export interface RedirectBack {
  readonly redirectUri: string;
  /** Echoed as it came (RFC 6749 §4.1.2). */
  readonly state?: string;
}

/** A request that is not sound: who is told so. */
export type RequestRefusal<Back extends WayBack = WayBack> =
  | { readonly tell: 'person'; readonly refusal: PageRefusal }
  | {
      readonly tell: 'client';
      readonly client: Client;
      readonly refusal: RedirectRefusal;
      readonly back: Back;
    };

/** A refusal by redirect in one line. */
export function redirected(error: AuthorizationError, reason: string, description: string): RedirectRefusal {
  return { reason, error, description };
}
