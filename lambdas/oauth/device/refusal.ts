/** Why a device gets no token, or none yet. */
export type DeviceRefusal =
  | { readonly reason: 'device_code_missing' }
  | { readonly reason: 'device_code_unknown' }
  | { readonly reason: 'device_code_of_another_client' }
  | { readonly reason: 'device_code_expired' }
  /** Nobody has decided yet. */
  | { readonly reason: 'device_waiting' }
  | { readonly reason: 'device_polled_too_fast' }
  | { readonly reason: 'device_denied' };

/** RFC 8628 §3.5: errors of its own, each of which tells the device what to do next. */
export type DeviceError = 'authorization_pending' | 'slow_down' | 'expired_token';

type DeviceWireError = DeviceError | 'access_denied' | 'invalid_grant' | 'invalid_request';

/** The error of each, and its description. */
export const deviceErrors: Readonly<
  Record<DeviceRefusal['reason'], readonly [error: DeviceWireError, description: string]>
> = {
  device_code_missing: ['invalid_request', 'device_code is missing'],
  device_code_unknown: ['invalid_grant', 'the device_code is unknown, or of another client'],
  device_code_of_another_client: ['invalid_grant', 'the device_code is unknown, or of another client'],
  device_code_expired: ['expired_token', 'the device_code has expired; begin again with a new one'],
  device_waiting: ['authorization_pending', 'nobody has decided yet; ask again after the interval'],
  device_polled_too_fast: [
    'slow_down',
    'asked too soon; wait for 5 seconds more between requests from now on',
  ],
  device_denied: ['access_denied', 'the person did not allow it, or it could not be granted'],
};
