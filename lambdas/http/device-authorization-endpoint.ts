import type { BeginDevice, BegunDevice } from '../oauth/device/begin-device.ts';
import { shownUserCode } from '../oauth/device/user-code.ts';
import { endpointsOf } from '../oauth/metadata/endpoints.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Issuer } from '../runtime/identifiers.ts';
import { clientEndpoint } from './client-endpoint.ts';
import type { Endpoint } from './message.ts';
import { json } from './respond.ts';

/** `/device_authorization`. */
export function deviceAuthorizationHttpEndpoint(begin: BeginDevice, issuer: Issuer, clock: Clock): Endpoint {
  const { device } = endpointsOf(issuer);
  return clientEndpoint(
    begin,
    ({ deviceCode, userCode, expiresAt, interval }: BegunDevice, now) => {
      const shown = shownUserCode(userCode.reveal());
      // RFC 8628 §3.2, and §3.3.1 for the link that brings the code.
      return json(200, {
        device_code: deviceCode.reveal(),
        user_code: shown,
        verification_uri: device,
        verification_uri_complete: `${device}?user_code=${shown}`,
        expires_in: expiresAt - now,
        interval,
      });
    },
    clock,
  );
}
