import type { DeviceRequest } from '../device/device-request.ts';
import type { AuthorizationRequest } from './read-authorization-request.ts';
import type { RedirectBack, WayBack } from './refusal.ts';

/** What a person signs in for: a client that sent them here, or one on a device elsewhere. */
export type SignInRequest = AuthorizationRequest | DeviceRequest;

export function wayBack(request: SignInRequest): WayBack {
  return 'device' in request ? { device: request.device } : redirectBack(request);
}

export function redirectBack({ redirectUri, state }: AuthorizationRequest): RedirectBack {
  return { redirectUri, ...(state !== undefined && { state }) };
}
