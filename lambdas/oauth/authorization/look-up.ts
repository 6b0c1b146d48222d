import type { RegistryReader, RegistryView } from '../../ports/registry.ts';
import type { Instant } from '../../runtime/clock.ts';
import type { DeviceId } from '../../runtime/identifiers.ts';
import type { Result } from '../../runtime/result.ts';
import { isClientId } from '../client-id.ts';
import { readDeviceRequest } from '../device/device-request.ts';
import type { RepeatableParameters } from '../parameters.ts';
import { namedResource } from '../resource/named-resource.ts';
import { meantResource } from './asked-access.ts';
import { type AuthorizationRequest, readAuthorizationRequest } from './read-authorization-request.ts';
import type { RequestRefusal } from './refusal.ts';
import type { SignInRequest } from './sign-in-request.ts';

/** Reads a request with what the registry knows of the names in it: in one round trip, where it names its resource. */
export async function lookUpRequest(
  registry: RegistryReader,
  parameters: RepeatableParameters,
  now: Instant,
): Promise<Result<AuthorizationRequest, RequestRefusal>> {
  return readAuthorizationRequest(parameters, await viewOf(registry, parameters), now);
}

/** The same of a request that we wrote down ourselves. */
export async function lookUpWritten(
  registry: RegistryReader,
  written: string,
  now: Instant,
): Promise<Result<SignInRequest, RequestRefusal>> {
  const parameters = readWritten(written);
  const device = parameters.values.get('device');
  return device === undefined
    ? lookUpRequest(registry, parameters, now)
    : readDeviceRequest(parameters, device as DeviceId, await viewOf(registry, parameters), now);
}

/** What the registry knows of the names in a request. */
export async function viewOf(
  registry: RegistryReader,
  parameters: RepeatableParameters,
): Promise<RegistryView> {
  const clientId = parameters.values.get('client_id');
  if (clientId === undefined || !isClientId(clientId)) return {};
  const named = namedResource(parameters);
  const view = await registry.view({ clientId, ...(named !== undefined && { resourceUri: named }) });
  if (view.resource !== undefined || view.client === undefined) return view;
  const meant = meantResource(parameters, view.agent);
  if (!meant.ok || meant.value === 'none' || meant.value === named) return view;
  const [resource] = await registry.resources([meant.value]);
  return { ...view, ...(resource && { resource }) };
}

/** The parameters that mean something here; nothing else of a request is carried along. */
const known: ReadonlySet<string> = new Set([
  ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'state', 'scope', 'nonce'],
  ...['code_challenge', 'code_challenge_method', 'prompt', 'max_age', 'acr_values', 'login_hint', 'dpop_jkt'],
  'claims',
]);

/** A device's request as text, with the device; nothing that a client sends is written so. */
export function writtenForDevice(request: string, device: DeviceId): string {
  return `${request}&${new URLSearchParams({ device }).toString()}`;
}

/** A request as text, to be read again by the same rules. */
export function writtenRequest({ values, resources }: RepeatableParameters): string {
  const fields = [...values].filter(([name]) => known.has(name));
  const all = [...fields, ...resources.map((uri) => ['resource', uri] as const)];
  return new URLSearchParams(all.map(([name, value]): [string, string] => [name, value])).toString();
}

/** The inverse. */
export function readWritten(text: string): RepeatableParameters {
  const fields = new URLSearchParams(text);
  const values = new Map([...fields].filter(([name]) => name !== 'resource'));
  return { values, resources: fields.getAll('resource'), repeated: new Set() };
}
