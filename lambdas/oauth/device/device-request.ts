import type { Client, RegistryView } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { DeviceId } from '../../runtime/identifiers.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { askedAccess, type AskedAccess } from '../authorization/asked-access.ts';
import type { Wishes } from '../authorization/person-wishes.ts';
import { faultOfAgent, interactiveClient } from '../authorization/read-authorization-request.ts';
import type { RedirectRefusal, RequestRefusal } from '../authorization/refusal.ts';
import type { Parameters, RepeatableParameters } from '../parameters.ts';

/** What a device asks a person for, every rule of it kept. */
export interface DeviceRequest extends AskedAccess, Wishes {
  readonly client: Client;
  readonly device: DeviceId;
}

/** RFC 8628 §3.1: the grant that a client is registered for. */
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code' as const;

/** Reads again what a device asked for; the client was known then, and may be gone since. */
export function readDeviceRequest(
  parameters: RepeatableParameters,
  device: DeviceId,
  view: RegistryView,
  now: Instant,
): Result<DeviceRequest, RequestRefusal> {
  const client = interactiveClient(parameters, view, now, deviceGrantType);
  if (!client.ok) return refuse({ tell: 'person', refusal: client.refusal });
  const asked = deviceAccess(parameters, client.value, view);
  return asked.ok
    ? ok({ client: client.value, device, ...asked.value, ...wishes })
    : refuse({ tell: 'client', client: client.value, refusal: asked.refusal, back: { device } });
}

/** What a device asks for, as far as it may. */
export function deviceAccess(
  parameters: Parameters,
  client: Client,
  view: RegistryView,
): Result<AskedAccess, RedirectRefusal> {
  const fault = faultOfAgent(client, view);
  return fault === undefined ? askedAccess(parameters, client, view) : refuse(fault);
}

/**
 * RFC 8628 §5.4: whoever began may be somebody else, who wants the person to let them in. What was allowed to the same client
 * before was allowed elsewhere, so that they are asked each time.
 */
const wishes: Wishes = { prompt: new Set(['consent']) };
