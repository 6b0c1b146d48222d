import type { Devices } from '../../ports/devices.ts';
import type { RegistryReader } from '../../ports/registry.ts';
import type { AssertionReplay } from '../../ports/replay.ts';
import { after, type Instant } from '../../runtime/clock.ts';
import { sha256 } from '../../runtime/digest.ts';
import type { AuditEvent } from '../../runtime/events.ts';
import type { Random } from '../../runtime/random.ts';
import { ok, refuse, type Result } from '../../runtime/result.ts';
import { Secret } from '../../runtime/secret.ts';
import { viewOf, writtenRequest } from '../authorization/look-up.ts';
import { auditedScope } from '../authorization/sign-in-audit.ts';
import type { AuthenticatedClient } from '../client-authentication/authenticate-client.ts';
import { markAssertion } from '../client-authentication/mark-assertion.ts';
import { type ClientRequest, originOf } from '../client-request.ts';
import { type DecisionPorts, decidedRequest } from '../decided-request.ts';
import type { Parameters, RepeatableParameters } from '../parameters.ts';
import { type Refusal, toWire } from '../refusal.ts';
import { namedResource } from '../resource/named-resource.ts';
import type { AskedAccess } from '../authorization/asked-access.ts';
import { writeDeviceCode } from './device-code.ts';
import { deviceAccess, deviceGrantType } from './device-request.ts';
import { deviceIdOf, newUserCode } from './user-code.ts';

export interface BeginDevicePorts extends DecisionPorts {
  readonly registry: RegistryReader;
  readonly devices: Pick<Devices, 'begin'>;
  readonly replay: AssertionReplay;
  readonly random: Random;
}

/** A device that waits now, with what it shows and what it polls with. */
export interface BegunDevice {
  readonly deviceCode: Secret;
  readonly userCode: Secret;
  readonly expiresAt: Instant;
  /** Seconds. */
  readonly interval: number;
  readonly access: AskedAccess['access'];
}

/** RFC 8628 §3.2. Seconds. */
const deviceSeconds = 600;
const interval = 5;
/** Of twenty to the eighth codes one that is taken is bad luck; this many are a defect. */
const tries = 4;

/** One request of a device, decided and written to the audit trail. */
export type BeginDevice = (request: ClientRequest, now: Instant) => Promise<Result<BegunDevice, Refusal>>;

/** The device authorization endpoint (RFC 8628 §3.1); clients prove themselves as at the token endpoint. */
export function deviceAuthorization(ports: BeginDevicePorts): BeginDevice {
  return decidedRequest({
    ports,
    resourceHint: ({ parameters }) => namedResource(parameters),
    decide: ({ parameters }, client, now) => begin(ports, parameters, client, now),
    eventOf,
    provesPublicClients: false,
  });
}

async function begin(
  ports: BeginDevicePorts,
  parameters: Parameters,
  authenticated: AuthenticatedClient,
  now: Instant,
): Promise<Result<BegunDevice, Refusal>> {
  const { client } = authenticated;
  if (!client.grantTypes.includes(deviceGrantType)) return refuse({ reason: 'grant_not_allowed' });
  const asked = asksFor(parameters, client.id);
  const access = deviceAccess(asked, client, await viewOf(ports.registry, asked));
  if (!access.ok) {
    const { error, reason: why, description } = access.refusal;
    return refuse({ reason: 'request_unsound', error, why, description });
  }
  const begun = { clientId: client.id, request: writtenRequest(asked), expiresAt: after(now, deviceSeconds) };
  for (let left = tries; left > 0; left -= 1) {
    const [userCode, secret] = [newUserCode(ports.random), ports.random(32)];
    const id = deviceIdOf(userCode);
    if (!(await ports.devices.begin({ ...begun, id, digest: sha256(secret), interval }))) continue;
    // Begun first and marked last: a device that nobody was told of is nothing, and a request that fails has spent nothing.
    if (!(await markAssertion(ports, authenticated, now))) return refuse({ reason: 'assertion_replayed' });
    return ok({
      ...{ deviceCode: writeDeviceCode({ id, secret }), userCode: new Secret(userCode) },
      ...{ expiresAt: begun.expiresAt, interval, access: access.value.access },
    });
  }
  throw new Error(`${tries} new user codes were taken`);
}

/** RFC 8628 §3.1: scope, and RFC 8707 §2 resource; whose request it is, the proof says. */
function asksFor({ values, resources }: Parameters, clientId: string): RepeatableParameters {
  const scope = values.get('scope');
  const named: [string, string][] = [
    ['client_id', clientId],
    ...(scope === undefined ? [] : [['scope', scope] satisfies [string, string]]),
  ];
  return { values: new Map(named), resources, repeated: new Set() };
}

function eventOf(
  request: ClientRequest,
  client: AuthenticatedClient | undefined,
  outcome: Result<BegunDevice, Refusal>,
): AuditEvent {
  const origin = originOf(request, client);
  if (outcome.ok) return { event: 'device_began', ...origin, ...auditedScope(outcome.value.access) };
  const { refusal } = outcome;
  const reason = refusal.reason === 'request_unsound' ? refusal.why : refusal.reason;
  return { event: 'device_refused', ...origin, reason, error: toWire(refusal).error };
}
